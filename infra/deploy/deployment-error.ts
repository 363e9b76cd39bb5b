/** A stage cannot be deployed with its settings. The message says why, and what to do. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
