import { afterEach, expect, test, vi } from "vitest";
import { isGivenUp, upload } from "./upload";

// What the client reads as it is loaded.
vi.hoisted(() => Object.assign(globalThis, { location: { origin: "http://console.test" }, localStorage: { getItem: () => null } }));

/** A request as the browser makes it, which the test moves along. */
class Request {
  static last: Request;
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  status = 0;
  responseText = "";
  aborted = false;
  onload?: () => void;
  onabort?: () => void;
  constructor() {
    Request.last = this;
  }
  open() {}
  setRequestHeader() {}
  send() {}
  abort() {
    this.aborted = true;
    this.onabort?.();
  }
  answers(body: object) {
    this.status = 202;
    this.responseText = JSON.stringify(body);
    this.onload?.();
  }
}

function begun(name: string, sessionId: string | null) {
  vi.stubGlobal("XMLHttpRequest", Request);
  const deleted: string[] = [];
  vi.stubGlobal("fetch", async (request: globalThis.Request) => {
    deleted.push(`${request.method} ${new URL(request.url).pathname}`);
    return new Response(null, { status: 204 });
  });
  const control = new AbortController();
  const ended = upload(new File(["12345678"], name), sessionId, () => {}, control.signal).then(
    () => "ready",
    (error: unknown) => error,
  );
  return { control, ended, deleted };
}

afterEach(() => vi.unstubAllGlobals());

test("half a file that is given up is not sent on", async () => {
  const { control, ended, deleted } = begun("notes.md", null);
  Request.last.upload.onprogress?.({ loaded: 4, total: 8 });
  control.abort();
  expect(isGivenUp(await ended)).toBe(true);
  expect(Request.last.aborted).toBe(true);
  expect(deleted).toEqual([]);
});

test.each([
  ["notes.md", null, { document: { id: "doc_1" }, job: { id: "job_1" } }, ["DELETE /api/v1/documents/doc_1"]],
  ["notes.md", "chat_1", { document: { id: "doc_1" }, job: { id: "job_1" } }, ["DELETE /api/v1/chat/sessions/chat_1/documents/doc_1"]],
  ["sales.csv", null, { datasets: [{ id: "ds_1" }], job: { id: "job_1" } }, ["DELETE /api/v1/datasets/ds_1"]],
  ["sales.csv", "chat_1", { datasets: [{ id: "ds_1" }], job: { id: "job_1" } }, ["DELETE /api/v1/chat/sessions/chat_1/datasets/ds_1"]],
  // What was there before the file came is not its to take away.
  ["sales.csv", null, { datasets: [{ id: "ds_1" }], job: null }, []],
] as const)("what the server made of a whole %s that is given up is deleted again", async (name, sessionId, answer, gone) => {
  const { control, ended, deleted } = begun(name, sessionId);
  Request.last.upload.onprogress?.({ loaded: 8, total: 8 });
  control.abort();
  expect(Request.last.aborted).toBe(false);
  Request.last.answers(answer);
  expect(isGivenUp(await ended)).toBe(true);
  expect(deleted).toEqual(gone);
});
