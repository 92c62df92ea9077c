/** Alerts as the server keeps them. */
import { useQuery } from "@tanstack/react-query";
import { api, done, read } from "../api/client";
import type { AlertChange, AlertView, NewAlert } from "../api/schema";
import { ALERTS } from "../app/live";

const MOST = 200;

export function useAlerts() {
  return useQuery({ queryKey: [...ALERTS, "list"], queryFn: () => read(api.GET("/api/v1/alerts", { params: { query: { limit: MOST } } })) });
}

export function useHistory(id: string) {
  return useQuery({ queryKey: [...ALERTS, id, "history"], queryFn: () => read(api.GET("/api/v1/alerts/{alert_id}/history", { params: { path: { alert_id: id }, query: { limit: 50 } } })) });
}

export function setAlert(body: NewAlert): Promise<AlertView> {
  return read(api.POST("/api/v1/alerts", { body }));
}

export function changeAlert(id: string, body: AlertChange): Promise<AlertView> {
  return read(api.PATCH("/api/v1/alerts/{alert_id}", { params: { path: { alert_id: id } }, body }));
}

export function deleteAlert(id: string): Promise<void> {
  return done(api.DELETE("/api/v1/alerts/{alert_id}", { params: { path: { alert_id: id } } }));
}

export function evaluateAlert(id: string): Promise<void> {
  return done(api.POST("/api/v1/alerts/{alert_id}/evaluate", { params: { path: { alert_id: id } } }));
}

export function isMuted(alert: Pick<AlertView, "muted_until">, now = Date.now()): boolean {
  return alert.muted_until != null && new Date(alert.muted_until).getTime() > now;
}

/** Those that somebody is to hear of. */
export function ringing(alerts: readonly AlertView[]): AlertView[] {
  return alerts.filter((alert) => alert.state === "firing" && !isMuted(alert));
}
