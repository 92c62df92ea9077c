/** Sends one file and follows its job until it is ready. */
import { followJob } from "../api/jobs";
import { api, done } from "../api/client";
import { Offline, problemFrom } from "../api/problems";
import type { JobView, Uploaded, UploadedDocument } from "../api/schema";
import { ownHeaders, refresh } from "../api/transport";

export type Phase = "waiting" | "uploading" | "processing" | "indexing" | "ready" | "existed" | "failed";

export interface Progress {
  phase: Phase;
  /** Of the phase, 0 to 1; null while nobody knows it. */
  share: number | null;
}

const TABLES = /\.(csv|tsv|xlsx|xlsm|xls|ods|parquet|jsonl|ndjson)$/i;

export function isTable(name: string): boolean {
  return TABLES.test(name);
}

/** The documents or datasets that an upload has made so far. */
export type FileIds = readonly string[];

/** Ends when the file is ready, in the workspace or in a conversation. Throws Problem. Given up while it is sent, it leaves nothing
 * on the server: of half a file that keeps nothing, and what it made of a whole one is deleted again. */
export async function upload(file: File, sessionId: string | null, report: (progress: Progress, ids?: FileIds) => void, signal: AbortSignal): Promise<void> {
  report({ phase: "uploading", share: 0 });
  const where = sessionId === null ? "" : `/chat/sessions/${sessionId}`;
  const path = `/api/v1${where}/${isTable(file.name) ? "datasets" : "documents"}`;
  const body = (await answerTo(path, file, (share) => report({ phase: "uploading", share }), signal)) as Uploaded | UploadedDocument;
  if (signal.aborted) {
    if (body.job !== null) await takenBack(sessionId, body);
    throw givenUp();
  }
  report({ phase: "processing", share: null }, "document" in body ? [body.document.id] : body.datasets.map((each) => each.id));
  const job = body.job;
  if (job === null) {
    report({ phase: "existed", share: null });
    return;
  }
  await followJob(job.id, (each) => report(progressOf(each)), signal);
  report({ phase: "ready", share: null });
}

async function takenBack(sessionId: string | null, body: Uploaded | UploadedDocument): Promise<void> {
  const own = sessionId === null ? null : { session_id: sessionId };
  if ("document" in body) {
    const path = { document_id: body.document.id };
    await done(own === null ? api.DELETE("/api/v1/documents/{document_id}", { params: { path } }) : api.DELETE("/api/v1/chat/sessions/{session_id}/documents/{document_id}", { params: { path: { ...own, ...path } } }));
    return;
  }
  for (const { id } of body.datasets) {
    const path = { dataset_id: id };
    await done(own === null ? api.DELETE("/api/v1/datasets/{dataset_id}", { params: { path } }) : api.DELETE("/api/v1/chat/sessions/{session_id}/datasets/{dataset_id}", { params: { path: { ...own, ...path } } }));
  }
}

function givenUp(): DOMException {
  return new DOMException("aborted", "AbortError");
}

/** Whether an upload ended because it was given up, with nothing left. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** A job that counts passages or rows is past parsing. */
export function progressOf(job: JobView): Progress {
  const progress = job.progress;
  if (progress === null) return { phase: "processing", share: null };
  const share = progress.total ? Math.min(1, progress.done / progress.total) : null;
  return { phase: "indexing", share };
}

/** Sends a file with what is said of it. The answer's body. Throws Problem. */
export async function sent(path: string, file: File, progress: (share: number) => void, signal: AbortSignal, fields: Fields = []): Promise<unknown> {
  const body = await answerTo(path, file, progress, signal, fields);
  if (signal.aborted) throw givenUp();
  return body;
}

async function answerTo(path: string, file: File, progress: (share: number) => void, signal: AbortSignal, fields: Fields = []): Promise<unknown> {
  const first = await post(path, file, progress, signal, fields);
  if (first.status !== 401 || !(await refresh())) return bodyOf(first);
  return bodyOf(await post(path, file, progress, signal, fields));
}

/** Names and values of a form; a name may come more than once. */
type Fields = readonly (readonly [string, string])[];

interface Answer {
  status: number;
  text: string;
}

function bodyOf(answer: Answer): unknown {
  let body: unknown = null;
  try {
    body = JSON.parse(answer.text);
  } catch {
    // A proxy's page is no answer of ours; the status says enough.
  }
  if (answer.status >= 400) throw problemFrom(answer.status, body);
  return body;
}

/** `fetch` tells nobody how far an upload is; XMLHttpRequest does. */
function post(path: string, file: File, progress: (share: number) => void, signal: AbortSignal, fields: Fields): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(ownHeaders())) request.setRequestHeader(name, value);
    let whole = false;
    request.upload.onprogress = (event) => {
      whole = event.loaded === event.total;
      progress(event.total > 0 ? event.loaded / event.total : 0);
    };
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(new Offline());
    request.onabort = () => reject(givenUp());
    // The server may have taken a whole file already: its answer is waited for, which says what it made of it.
    signal.addEventListener("abort", () => !whole && request.abort());
    const form = new FormData();
    for (const [name, value] of fields) form.append(name, value);
    form.append("file", file);
    request.send(form);
  });
}
