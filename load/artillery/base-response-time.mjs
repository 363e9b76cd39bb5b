let startedAt;

/** Records the response times of the first phase as `base.response_time`, in milliseconds: what this machine does unloaded. */
export async function recordBase(_request, response, { vars }, events) {
  startedAt ??= performance.now();
  if (performance.now() - startedAt < vars.baseSeconds * 1000)
    events.emit('histogram', 'base.response_time', response.timings.phases.firstByte);
}
