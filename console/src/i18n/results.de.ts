/** Was der Server einem Ergebnis hinzufügt: abgeleitete Spalten, Reihen eines Diagramms, die übrigen Gruppen. */
import type { results as english } from "./results.en";

export const results: typeof english = {
  derived: {
    previous: (of) => `${of}, zuvor`,
    change: (of) => `${of}, Änderung`,
    change_pct: (of) => `${of}, Änderung in Prozent`,
    share: (of) => `${of}, Anteil am Ganzen`,
    running_total: (of) => `${of}, laufende Summe`,
    moving_average: (of, window) => `${of}, gleitender Durchschnitt${window && ` über ${window}`}`,
  },
  grains: { hour: "Stunde", day: "Tag", week: "Woche", month: "Monat", quarter: "Quartal", year: "Jahr" },
  series: { this_period: "Dieser Zeitraum", period_before: "Der Zeitraum davor", year_earlier: "Ein Jahr zuvor" },
  firstOf: (first, of) => `Die ersten ${first.toLocaleString("de")} von ${of.toLocaleString("de")}; die Tabelle hat alle.`,
  rest: "Übrige",
  empty: "(leer)",
  yes: "ja",
  no: "nein",
};
