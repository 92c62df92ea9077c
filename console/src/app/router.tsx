/** The addresses of the console. Each page is a chunk of its own. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Broken, NoSuchPage } from "./Elsewhere";
import { Gate } from "./Gate";

const root = createRootRoute({ component: Gate, notFoundComponent: NoSuchPage });

const ask = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../ask/AskPage"), "AskPage"),
  validateSearch: (search: Record<string, unknown>): { q?: string } =>
    typeof search["q"] === "string" ? { q: search["q"] } : {},
});

const reader = createRoute({
  getParentRoute: () => root,
  path: "/documents/$documentId",
  component: lazyRouteComponent(() => import("../documents/ReaderPage"), "ReaderPage"),
  validateSearch: (search: Record<string, unknown>): { start?: number; end?: number; passage?: string } => ({
    ...(Number.isInteger(search["start"]) && Number.isInteger(search["end"]) ? { start: Number(search["start"]), end: Number(search["end"]) } : {}),
    ...(typeof search["passage"] === "string" ? { passage: search["passage"] } : {}),
  }),
});

export const router = createRouter({
  routeTree: root.addChildren([ask, reader]),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
