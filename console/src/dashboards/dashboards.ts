/** Dashboards and insights as the server keeps them. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import type { DashboardChange, DashboardFilterInput, DashboardView, NewInsight, QueryAnswer, SemanticQueryOutput, Tile, TileResult } from "../api/schema";
import { placeFor } from "./grid";

export const DASHBOARDS = ["dashboards"];
const MOST = 200;

export function useDashboards() {
  return useQuery({ queryKey: [...DASHBOARDS, "list"], queryFn: () => read(api.GET("/api/v1/dashboards", { params: { query: { limit: MOST } } })) });
}

export function useDashboard(id: string) {
  return useQuery({ queryKey: [...DASHBOARDS, id], queryFn: () => readDashboard(id) });
}

export function readDashboard(id: string): Promise<DashboardView> {
  return read(api.GET("/api/v1/dashboards/{dashboard_id}", { params: { path: { dashboard_id: id } } }));
}

/** What the tiles show under these filters; asked again when the layout gets another insight. */
export function useResults(dashboard: DashboardView, filters: readonly DashboardFilterInput[]) {
  const insights = dashboard.tiles.map((tile) => tile.insight_id).sort();
  return useQuery({
    queryKey: [...DASHBOARDS, dashboard.id, "results", insights, filters],
    queryFn: () => read(api.POST("/api/v1/dashboards/{dashboard_id}/results", { params: { path: { dashboard_id: dashboard.id } }, body: { filters: [...filters] } })),
    placeholderData: (before) => before,
  });
}

export function changeDashboard(id: string, body: DashboardChange): Promise<DashboardView> {
  return read(api.PATCH("/api/v1/dashboards/{dashboard_id}", { params: { path: { dashboard_id: id } }, body }));
}

/** A tile's result. The server types it as an object, because it was kept as one. */
export function resultOf(shown: TileResult | undefined): QueryAnswer | null {
  return (shown?.result ?? null) as QueryAnswer | null;
}

export interface Pin {
  name: string;
  question: string;
  query: SemanticQueryOutput;
  policy: NewInsight["version_policy"];
  /** The dashboard to put it on; a new one with that name without. */
  dashboardId: string | null;
  dashboardName: string;
  /** Whether it is one number, which needs little room. */
  small: boolean;
}

/** Pins a question, and puts it below what the dashboard has. */
export async function pin(wanted: Pin): Promise<DashboardView> {
  const body = { name: wanted.name, question: wanted.question, query: wanted.query as NewInsight["query"], version_policy: wanted.policy };
  const insight = await read(api.POST("/api/v1/insights", { body: body as NewInsight }));
  const before = wanted.dashboardId === null ? null : await readDashboard(wanted.dashboardId);
  const tiles = before?.tiles ?? [];
  const size = wanted.small ? { width: 3, height: 2 } : { width: 6, height: 5 };
  const tile: Tile = { id: insight.id.replace("ins_", "t-").slice(0, 40), insight_id: insight.id, title: null, ...placeFor(tiles, size), ...size };
  if (before !== null) return changeDashboard(before.id, { tiles: [...tiles, tile] });
  return read(api.POST("/api/v1/dashboards", { body: { name: wanted.dashboardName, description: "", tiles: [tile], filters: [], refresh: { on: "data" } } }));
}
