/** What there is to ask about, and questions that it answers. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import type { Dataset, Metric, SemanticModelView } from "../api/schema";
import { raw } from "../api/transport";

export interface Library {
  documents: number;
  moreDocuments: boolean;
  tables: number;
  /** Labels of the tables, for the greeting. */
  tableNames: readonly string[];
  documentTitles: readonly string[];
  questions: readonly string[];
}

const COUNTED = 200;

export function useLibrary() {
  return useQuery({ queryKey: ["library"], queryFn: readLibrary });
}

async function readLibrary(): Promise<Library> {
  const [documents, datasets, model] = await Promise.all([
    read(api.GET("/api/v1/documents", { params: { query: { limit: COUNTED, status: "ready" } } })),
    read(api.GET("/api/v1/datasets", { params: { query: { limit: COUNTED } } })),
    readModel(),
  ]);
  const ready = datasets.items.filter((each) => each.status === "ready");
  return {
    documents: documents.items.length,
    moreDocuments: documents.next_cursor != null,
    tables: ready.length,
    tableNames: ready.map((each) => each.label),
    documentTitles: documents.items.map((each) => each.title),
    questions: model === null ? [] : questionsOf(model),
  };
}

export async function readModel(): Promise<SemanticModelView | null> {
  const models = await read(api.GET("/api/v1/semantic-models"));
  const id = models.items[0]?.id;
  if (id === undefined) return null;
  const response = await raw(`/api/v1/semantic-models/${id}`, { headers: { Accept: "application/json" } });
  return (await response.json()) as SemanticModelView;
}

/** A few questions of different kinds over what the model knows: over time, by group, the largest. */
export function questionsOf(model: SemanticModelView): string[] {
  const datasets = [...model.datasets].sort((one, other) => worth(model, other) - worth(model, one));
  return [...new Set(datasets.flatMap((dataset) => questionsOver(model, dataset)))];
}

function questionsOver(model: SemanticModelView, dataset: Dataset): string[] {
  const metric = bestMetric(model, dataset);
  if (metric === undefined) return [];
  const groups = dataset.fields.filter((field) => field.role === "dimension" && !field.personal && (field.distinct_count ?? 0) > 2 && (field.distinct_count ?? 0) <= MOST_GROUPS);
  const questions = dataset.default_time ? [`${metric.label} by month`] : [];
  if (groups[0]) questions.push(`${metric.label} by ${groups[0].label.toLowerCase()}`);
  if (groups[1]) questions.push(`Top 5 ${plural(groups[1].label.toLowerCase())} by ${metric.label.toLowerCase()}`);
  return questions;
}

const MOST_GROUPS = 60;

/** Money before pieces, sums before averages, plain names before those with a unit in brackets. */
function bestMetric(model: SemanticModelView, dataset: Dataset): Metric | undefined {
  const rank = (metric: Metric) => (metric.unit?.kind === "currency" ? 4 : 0) + (metric.aggregation === "sum" ? 2 : 0) + (metric.label.includes("(") ? 0 : 1);
  return model.metrics.filter((metric) => metric.dataset === dataset.name).sort((one, other) => rank(other) - rank(one))[0];
}

/** How likely somebody asks about a table: it has times, money, and several ways to group. */
function worth(model: SemanticModelView, dataset: Dataset): number {
  const metric = bestMetric(model, dataset);
  const plain = metric !== undefined && !metric.label.includes("(");
  return (dataset.default_time ? 2 : 0) + (metric?.unit?.kind === "currency" ? 2 : 0) + (plain ? 2 : 0) + Math.min(1, dataset.fields.length / 10);
}

function plural(word: string): string {
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
