/** Sends requests as the signed-in person. The tokens are in cookies that this code never sees. */
import { Offline, problemOf } from "./problems";

const HEADER = { "X-Answerable-CSRF": "1" };
const BROWSER = "/api/v1/auth/browser";

/** When the access cookie runs out, in milliseconds; kept for all tabs, and the sign that somebody is signed in. */
const FRESH = "answerable.fresh-until";
const AHEAD_MS = 10_000;

let workspaceId: string | null = null;
let onSignedOut: () => void = () => undefined;
let refreshing: Promise<boolean> | null = null;

/** Later requests name this workspace. */
export function workIn(id: string | null): void {
  workspaceId = id;
}

/** `listener` hears when the sign-in has ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Whether somebody signed in here and has not left since. */
export function mayBeSignedIn(): boolean {
  return localStorage.getItem(FRESH) !== null;
}

/** Sends a request; an access token that has run out is renewed first, unseen. Throws Offline. */
export async function send(request: Request): Promise<Response> {
  const again = request.clone();
  if (mayBeSignedIn() && !isFresh()) await refresh();
  const response = await attempt(request);
  if (response.status !== 401) return response;
  if (mayBeSignedIn() && (await refresh())) return attempt(again);
  onSignedOut();
  return response;
}

/** Whether the refresh cookie gave a fresh pair. Tabs take turns, so that each token is used once. */
export async function refresh(): Promise<boolean> {
  const before = localStorage.getItem(FRESH);
  refreshing ??= inTurn(async () => {
    // Another tab may have done it while this one waited for its turn.
    if (localStorage.getItem(FRESH) !== before && isFresh()) return true;
    const response = await post("refresh");
    return response.ok;
  }).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

function isFresh(): boolean {
  return Number(localStorage.getItem(FRESH) ?? 0) > Date.now() + AHEAD_MS;
}

/** POSTs to one of the sign-in addresses. */
export async function post(action: "login" | "register" | "refresh" | "exchange" | "logout", body?: unknown): Promise<Response> {
  const response = await attempt(
    new Request(`${BROWSER}/${action}`, {
      method: "POST",
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  if (response.status === 401 || action === "logout") {
    localStorage.removeItem(FRESH);
  } else if (response.ok) {
    const { expires_in } = (await response.clone().json()) as { expires_in: number };
    localStorage.setItem(FRESH, String(Date.now() + expires_in * 1000));
  }
  return response;
}

/** A GET or POST whose answer is no JSON. Throws Problem. */
export async function raw(path: string, options: RequestInit = {}): Promise<Response> {
  const response = await send(new Request(path, options));
  if (!response.ok) throw await problemOf(response);
  return response;
}

/** The headers that every request carries, for the one sender that is not `fetch` (uploads). */
export function ownHeaders(): Record<string, string> {
  return workspaceId === null ? { ...HEADER } : { ...HEADER, "X-Workspace": workspaceId };
}

async function attempt(request: Request): Promise<Response> {
  for (const [name, value] of Object.entries(ownHeaders())) request.headers.set(name, value);
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Offline();
  }
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  return "locks" in navigator ? navigator.locks.request("answerable.refresh", work) as Promise<T> : work();
}
