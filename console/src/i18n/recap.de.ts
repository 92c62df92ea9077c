/** Texte der Zusammenfassung eines Gesprächs. */
import type { recap as english } from "./recap.en";

export const recap: typeof english = {
  title: "Zusammenfassung",
  of: (title) => `„${title}“ in Kürze`,
  summary: "Was ein Modell dazu sagt",
  lines: "Frage für Frage",
  byRules: "Nach Regeln",
  byRulesLead: "Was gefragt wurde und der erste Satz jeder Antwort. Dafür wird kein Modell gefragt.",
  byModel: (name) => `Vom Modell ${name}`,
  byModelLead: "Jeder Satz wird an den Fragen geprüft, die er nennt.",
  turn: (n) => `Zu Frage ${n}`,
  writing: "Hat der Arbeitsbereich ein Modell dafür, fasst es gerade zusammen …",
  again: "Neu schreiben",
  copySummary: "Kopieren, was das Modell sagt",
  copyLines: "Zeilen kopieren",
  noModel: "Kein Modell hat es zusammengefasst: Der Arbeitsbereich hat keines dafür, oder was es schrieb, war nicht belegt.",
  setModel: "Ein Alias namens „recaps“ legt eines fest.",
  empty: "Noch nichts zusammenzufassen",
  emptyLead: "Sobald eine Frage dieses Gesprächs eine Antwort hat, steht sie hier in Kürze.",
  warnings: {
    models_away: "Gerade konnte kein Modell schreiben. Die Zeilen sind nach Regeln.",
    unsupported_removed: "Sätze des Modells, die das Gespräch nicht hergibt, wurden weggelassen.",
  },
};
