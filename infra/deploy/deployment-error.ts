/** A stage cannot be deployed as it is described. The message says why, and what to do. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
}
