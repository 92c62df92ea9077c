/** The public API, typed by its own document. */
import createClient from "openapi-fetch";
import { problemFrom, problemOf } from "./problems";
import type { paths } from "./schema";
import { send } from "./transport";

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send });

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer. Throws Problem. */
export async function read<T>(call: Promise<Result<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw error === undefined ? await problemOf(response) : problemFrom(response.status, error);
  return data as NonNullable<T>;
}

/** Waits for an answer without data. Throws Problem. */
export async function done(call: Promise<Result<unknown>>): Promise<void> {
  const { error, response } = await call;
  if (!response.ok) throw problemFrom(response.status, error);
}
