/** Tiles and dashboards as files. */
import type { DashboardFilterInput } from "../api/schema";
import { raw } from "../api/transport";
import { fileName, saveBlob } from "../design/saving";

export type Format = "csv" | "png" | "svg" | "pdf";

export async function saveInsight(insightId: string, title: string, format: Format): Promise<void> {
  const response = await raw(`/api/v1/insights/${insightId}/export?format=${format}`);
  saveBlob(`${fileName(title)}.${format}`, await response.blob());
}

/** All tiles on pages, under these filters. */
export async function saveDashboard(dashboardId: string, name: string, filters: readonly DashboardFilterInput[]): Promise<void> {
  const options = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ filters }) };
  const response = await raw(`/api/v1/dashboards/${dashboardId}/export?format=pdf`, options);
  saveBlob(`${fileName(name)}.pdf`, await response.blob());
}
