import pg from 'pg';

export class ServiceError extends Error {
  /** The value of the header `x-amzn-errortype`. */
  override readonly name: string;
  readonly status: number;

  constructor(name: string, status: number, message: string) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

/** For a request that the real service would also reject. */
export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationException', 400, message);
}

/** The service's error for an error of Postgres, or for a Postgres that cannot be reached. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof TypeError) {
    console.error(error);
    return new ServiceError('InternalServerErrorException', 500, 'A defect of the emulator; its log tells more');
  }
  if (!(error instanceof pg.DatabaseError))
    return new ServiceError(
      'DatabaseUnavailableException',
      504,
      "The writer instance in the DB cluster isn't available.",
    );
  const { message, detail, hint, position, code } = error;
  if (code === '57014') return new ServiceError('StatementTimeoutException', 400, message);
  if (code === '42601' && message.includes('multiple commands')) return invalid("Multistatements aren't supported.");
  const notes = [detail && `Detail: ${detail}`, hint && `Hint: ${hint}`, position && `Position: ${position}`];
  // The severity is always given as ERROR, even for a FATAL error.
  const lines = [`ERROR: ${message}`, ...notes.filter(Boolean)].join('\n  ');
  return new ServiceError('DatabaseErrorException', 400, `${lines}; SQLState: ${code}`);
}
