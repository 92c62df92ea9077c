/** What the system works on, by the server's codes: one that is missing does not compile. */
import type { JobView, ProgressView, SubjectView } from "../api/schema";

export type JobKind = JobView["kind"];
export type JobSubject = SubjectView["type"];
export type JobUnit = ProgressView["unit"];

const UNITS: Record<JobUnit, string> = {
  rows: "rows", bytes: "bytes", tables: "tables", passages: "passages", pages: "pages", pairs: "pairs of columns", characters: "characters", items: "items", dashboards: "dashboards", insights: "tiles",
  alerts: "alerts",
};

export const jobs = {
  counted: (done: string, total: string | null, unit: JobUnit) => [done, total === null ? "" : `of ${total}`, UNITS[unit] ?? unit].filter(Boolean).join(" "),
  kinds: {
    "alerts.evaluate": "Look at alerts",
    "confidence.recalibrate": "Weigh confidence anew",
    "connections.import": "Import tables of a database",
    "dashboards.refresh": "Refresh dashboards",
    "datasets.discard": "Clear away a deleted table",
    "datasets.expire": "Clear away old versions of tables",
    "datasets.ingest": "Read a table",
    "datasets.relate": "Find relationships between tables",
    "documents.cut": "Cut a document into passages anew",
    "documents.discard": "Clear away a deleted document",
    "documents.ingest": "Read a document",
    "index.reembed": "Embed all passages anew",
    "insights.refresh": "Compute pinned answers anew",
    "sources.remove": "Delete a source",
    "sources.sync": "Sync a source",
    "verified.check": "Check verified questions",
  } satisfies Record<JobKind, string> as Record<JobKind, string>,
  subject: (type: JobSubject) => SUBJECTS[type] ?? type,
  deleted: (type: JobSubject) => `${SUBJECTS[type] ?? type}, deleted`,
  deletedOrInConversation: (type: JobSubject) => `${SUBJECTS[type] ?? type}, deleted or in a conversation`,
};

const SUBJECTS: Record<JobSubject, string> = {
  alert: "Alert", connection: "Connection", dashboard: "Dashboard", dataset: "Table", document: "Document", encoder: "All passages", insight: "Pinned answer", source: "Source", workspace: "The whole workspace",
};
