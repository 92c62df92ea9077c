/** Warum eine Meldung so steht, nach dem Code des Grundes. */
import type { alertReasons as english } from "./alerts.en";

export const alertReasons: typeof english = {
  no_period_over: () => "Noch ist kein Zeitraum vorbei.",
  no_rows: () => "Die Auswertung zeigt keine Zeilen.",
  no_number: () => "Dafür gibt es keine Zahl.",
  above: ({ value, compared }) => `${value} liegt über ${compared}.`,
  not_above: ({ value, compared }) => `${value} liegt nicht über ${compared}.`,
  below: ({ value, compared }) => `${value} liegt unter ${compared}.`,
  not_below: ({ value, compared }) => `${value} liegt nicht unter ${compared}.`,
  equal: ({ value, compared }) => `${value} ist gleich ${compared}.`,
  not_equal: ({ value, compared }) => `${value} ist nicht gleich ${compared}.`,
  returning: ({ value, compared, hysteresis }) => `${value} ist wieder innerhalb von ${compared}, aber noch nicht um ${hysteresis}.`,
  nothing_before: () => "Davor gibt es nichts, womit sich vergleichen ließe.",
  still_zero: () => "Sie war 0 und ist 0.",
  no_percentage: ({ value }) => `${value} nach 0: Das ist kein Prozentsatz.`,
  changed: ({ value, compared, percent }) => `${value} sind ${percent} gegenüber ${compared}.`,
  needs_series: () => "Ein üblicher Bereich braucht eine Reihe: Heften Sie die Frage nach Tag, Woche oder Monat an.",
  too_little_history: ({ history, needed }) => `${history} Zeiträume zum Vergleich sind zu wenig; nötig sind ${needed}.`,
  unusually_high: ({ value, low, high }) => `${value} liegt über dem Üblichen von ${low} bis ${high}.`,
  unusually_low: ({ value, low, high }) => `${value} liegt unter dem Üblichen von ${low} bis ${high}.`,
  hardly_usual: ({ value, low, high }) => `${value} liegt nur knapp im Üblichen von ${low} bis ${high}.`,
  usual: ({ value, low, high }) => `${value} liegt im Üblichen von ${low} bis ${high}.`,
  nobody: () => "Wer die Regel setzte, ist kein Mitglied mehr. Setzen Sie die Regel neu, damit die Meldung so ausgewertet wird, wie Sie die Daten sehen.",
};
