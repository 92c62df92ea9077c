/** The parts of a table's page, as its address names them. */
export const DATASET_TABS = ["rows", "columns", "review", "rules", "versions"] as const;
export type DatasetTab = (typeof DATASET_TABS)[number];

export function tabIn(search: Record<string, unknown>): { tab?: DatasetTab } {
  const tab = DATASET_TABS.find((each) => each === search["tab"]);
  return tab === undefined ? {} : { tab };
}
