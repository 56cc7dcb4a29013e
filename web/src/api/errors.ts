/** What a call that failed says to people, and whether trying again makes sense. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: number = status,
  ) {
    super(message);
  }
}

interface ErrorBody {
  errors?: { code?: number; message?: string }[];
  status?: { code?: number; message?: string };
}

/** The failure that an answer tells; `body` is its JSON, or undefined where it had none. */
export function failureOf(status: number, body: unknown): ApiFailure {
  const told = (body ?? {}) as ErrorBody;
  const first = told.errors?.[0] ?? told.status;
  return new ApiFailure(status, first?.message ?? `The server answered ${status}`, first?.code ?? status);
}

/** Only a server or network in trouble is asked again; a refusal stays one. */
export function shouldRetry(failures: number, error: Error): boolean {
  const isRefusal = error instanceof ApiFailure && error.status < 500;
  return !isRefusal && failures < 2;
}
