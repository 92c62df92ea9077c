/** What went wrong (Problem Details, RFC 9457): by codes, and in the server's words, which are English. */
export interface FieldProblem {
  field: string;
  message: string;
  code?: string;
  arguments?: Readonly<Record<string, string | number>>;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly traceId: string | null = null,
    /** What the detail means, where the code stands for several things. */
    readonly reason: string | null = null,
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** The server cannot be reached. */
export class Offline extends Problem {
  constructor() {
    super(0, "offline", "");
  }
}

/** The problem that a response with an error status carries. */
export async function problemOf(response: Response): Promise<Problem> {
  try {
    return problemFrom(response.status, await response.json());
  } catch {
    return new Problem(response.status, "http_error", response.statusText);
  }
}

export function problemFrom(status: number, body: unknown): Problem {
  const data = isRecord(body) ? body : {};
  const errors = Array.isArray(data["errors"]) ? data["errors"].filter(isField) : [];
  const traceId = typeof data["trace_id"] === "string" ? data["trace_id"] : null;
  return new Problem(status, String(data["code"] ?? "http_error"), String(data["detail"] ?? ""), errors, traceId, typeof data["reason"] === "string" ? data["reason"] : null);
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Offline();
  return new Problem(0, "unexpected", error instanceof Error ? error.message : String(error));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isField(value: unknown): value is FieldProblem {
  return isRecord(value) && typeof value["field"] === "string" && typeof value["message"] === "string";
}
