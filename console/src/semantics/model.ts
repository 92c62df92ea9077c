/** The semantic model over HTTP, as YAML for people and as JSON for the form. */
import { api, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { SemanticModelView } from "../api/schema";
import { raw } from "../api/transport";

export type Model = SemanticModelView;
export type Dataset = Model["datasets"][number];
export type Field = Dataset["fields"][number];
export type Metric = Model["metrics"][number];

export interface Loaded {
  id: string;
  etag: string;
  yaml: string;
  model: Model;
}

/** A mistake and its place; `line` counts from 1, null where the model was no text. */
export interface Mistake {
  line: number | null;
  place: string;
  message: string;
}

const YAML = "application/yaml";
const JSON_TYPE = "application/json";

/** The workspace's model; null before its first table. Throws Problem. */
export async function load(): Promise<Loaded | null> {
  const id = (await read(api.GET("/api/v1/semantic-models"))).items[0]?.id;
  if (id === undefined) return null;
  const path = `/api/v1/semantic-models/${id}`;
  const [text, view] = await Promise.all([raw(path, { headers: { Accept: YAML } }), raw(path, { headers: { Accept: JSON_TYPE } })]);
  return { id, etag: text.headers.get("ETag") ?? "", yaml: await text.text(), model: (await view.json()) as Model };
}

/** The YAML of a revision. Throws Problem. */
export async function textAt(id: string, revision: string): Promise<string> {
  return (await raw(`/api/v1/semantic-models/${id}?revision=${revision}`, { headers: { Accept: YAML } })).text();
}

export type Source = { kind: "yaml"; yaml: string } | { kind: "form"; model: Model };

function request(source: Source, accept: string, etag?: string): RequestInit {
  const headers = { "Content-Type": source.kind === "yaml" ? YAML : JSON_TYPE, Accept: accept, ...(etag !== undefined && { "If-Match": etag }) };
  return { method: "PUT", headers, body: source.kind === "yaml" ? source.yaml : JSON.stringify(source.model) };
}

/** What the server makes of a change: the other form of the same model. Nothing is kept. Throws Problem. */
export async function checked(id: string, source: Source, signal: AbortSignal): Promise<{ yaml: string } | { model: Model }> {
  const path = `/api/v1/semantic-models/${id}?dry_run=true`;
  if (source.kind === "yaml") return { model: (await (await raw(path, { ...request(source, JSON_TYPE), signal })).json()) as Model };
  return { yaml: await (await raw(path, { ...request(source, YAML), signal })).text() };
}

/** Keeps a change, unless somebody else changed the model since. Throws Problem. */
export async function keep(loaded: Loaded, source: Source): Promise<void> {
  await raw(`/api/v1/semantic-models/${loaded.id}`, request(source, YAML, loaded.etag));
}

/** The mistakes that a refusal names; null where it was refused for something else. */
export function mistakesOf(error: unknown): Mistake[] | null {
  const problem = asProblem(error);
  if (problem.status !== 422 && problem.status !== 400) return null;
  if (problem.fields.length === 0) return [{ line: null, place: "", message: problem.detail }];
  return problem.fields.map(({ field, message }) => {
    const [, line, rest] = /^line (\d+): (.*)$/s.exec(message) ?? [];
    return { line: line === undefined ? null : Number(line), place: field === "body" ? "" : field, message: rest ?? message };
  });
}
