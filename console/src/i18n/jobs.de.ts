/** Woran das System arbeitet, nach den Codes des Servers. */
import type { jobs as english, JobSubject, JobUnit } from "./jobs.en";

const UNITS: Record<JobUnit, string> = {
  rows: "Zeilen", bytes: "Bytes", tables: "Tabellen", passages: "Abschnitte", pages: "Seiten", pairs: "Spaltenpaare", characters: "Zeichen", items: "Einträge", dashboards: "Dashboards",
  insights: "Kacheln", alerts: "Meldungen",
};
const OF_UNITS: Record<JobUnit, string> = { ...UNITS, pairs: "Spaltenpaaren", passages: "Abschnitten", items: "Einträgen" };
const SUBJECTS: Record<JobSubject, string> = {
  alert: "Meldung", connection: "Verbindung", dashboard: "Dashboard", dataset: "Tabelle", document: "Dokument", encoder: "Alle Abschnitte", insight: "Angeheftete Antwort", source: "Quelle", workspace: "Der ganze Arbeitsbereich",
};

export const jobs: typeof english = {
  counted: (done, total, unit) => (total === null ? `${done} ${UNITS[unit] ?? unit}` : `${done} von ${total} ${OF_UNITS[unit] ?? unit}`),
  kinds: {
    "alerts.evaluate": "Nach Meldungen sehen",
    "confidence.recalibrate": "Sicherheit neu bemessen",
    "connections.import": "Tabellen einer Datenbank übernehmen",
    "dashboards.refresh": "Dashboards aktualisieren",
    "datasets.discard": "Gelöschte Tabelle wegräumen",
    "datasets.expire": "Alte Versionen von Tabellen wegräumen",
    "datasets.ingest": "Tabelle lesen",
    "datasets.relate": "Beziehungen zwischen Tabellen finden",
    "documents.cut": "Dokument neu in Abschnitte teilen",
    "documents.discard": "Gelöschtes Dokument wegräumen",
    "documents.ingest": "Dokument lesen",
    "index.reembed": "Alle Abschnitte neu einbetten",
    "insights.refresh": "Angeheftete Antworten neu berechnen",
    "sources.remove": "Quelle löschen",
    "sources.sync": "Quelle abgleichen",
    "verified.check": "Bestätigte Fragen nachprüfen",
  },
  subject: (type) => SUBJECTS[type] ?? type,
  deleted: (type) => `${SUBJECTS[type] ?? type}, gelöscht`,
  deletedOrInConversation: (type) => `${SUBJECTS[type] ?? type}, gelöscht oder in einem Gespräch`,
};
