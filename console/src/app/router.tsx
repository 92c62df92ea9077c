/** The addresses of the console. Each page is a chunk of its own. */
import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import { tabIn, type DatasetTab } from "../data/tabs";
import { page } from "./chunk";
import { Broken, NoSuchPage } from "./Elsewhere";
import { Door } from "./Door";

const root = createRootRoute({ component: Door, notFoundComponent: NoSuchPage });

function questionIn(search: Record<string, unknown>): { q?: string } {
  return typeof search["q"] === "string" ? { q: search["q"] } : {};
}

/** A question that comes with the address, and a message that is looked for. */
function conversationIn(search: Record<string, unknown>): { q?: string; at?: string } {
  return { ...questionIn(search), ...(typeof search["at"] === "string" ? { at: search["at"] } : {}) };
}

/** The conversation that the page's document or table belongs to. */
interface Within {
  session?: string | undefined;
}

function withinIn(search: Record<string, unknown>): Within {
  return typeof search["session"] === "string" ? { session: search["session"] } : {};
}

const ask = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: page(() => import("../ask/AskPage"), "AskPage"),
  validateSearch: questionIn,
});

const conversation = createRoute({
  getParentRoute: () => root,
  path: "/c/$sessionId",
  component: page(() => import("../ask/AskPage"), "ConversationPage"),
  validateSearch: conversationIn,
});

const conversations = createRoute({
  getParentRoute: () => root,
  path: "/conversations",
  component: page(() => import("../conversations/ConversationsPage"), "ConversationsPage"),
});

const reader = createRoute({
  getParentRoute: () => root,
  path: "/documents/$documentId",
  component: page(() => import("../documents/ReaderPage"), "ReaderPage"),
  validateSearch: (search: Record<string, unknown>): { start?: number; end?: number; passage?: string; view?: "passages" } & Within => ({
    ...withinIn(search),
    ...(search["view"] === "passages" ? { view: "passages" } : {}),
    ...(Number.isInteger(search["start"]) && Number.isInteger(search["end"]) ? { start: Number(search["start"]), end: Number(search["end"]) } : {}),
    ...(typeof search["passage"] === "string" ? { passage: search["passage"] } : {}),
  }),
});

const documents = createRoute({
  getParentRoute: () => root,
  path: "/documents",
  component: page(() => import("../documents/DocumentsPage"), "DocumentsPage"),
});

const sources = createRoute({
  getParentRoute: () => root,
  path: "/sources",
  component: page(() => import("../documents/SourcesPage"), "SourcesPage"),
});

const search = createRoute({
  getParentRoute: () => root,
  path: "/search",
  component: page(() => import("../documents/SearchPage"), "SearchPage"),
});

const data = createRoute({
  getParentRoute: () => root,
  path: "/data",
  component: page(() => import("../data/DataPage"), "DataPage"),
});

const dataset = createRoute({
  getParentRoute: () => root,
  path: "/data/$datasetId",
  component: page(() => import("../data/DatasetPage"), "DatasetPage"),
  validateSearch: (search: Record<string, unknown>): Within & { tab?: DatasetTab } => ({ ...withinIn(search), ...tabIn(search) }),
});

const semantics = createRoute({
  getParentRoute: () => root,
  path: "/semantics",
  component: page(() => import("../semantics/SemanticsPage"), "SemanticsPage"),
});

const connections = createRoute({
  getParentRoute: () => root,
  path: "/connections",
  component: page(() => import("../connections/ConnectionsPage"), "ConnectionsPage"),
});

const verified = createRoute({
  getParentRoute: () => root,
  path: "/verified",
  component: page(() => import("../verified/VerifiedPage"), "VerifiedPage"),
});

const dashboards = createRoute({
  getParentRoute: () => root,
  path: "/dashboards",
  component: page(() => import("../dashboards/DashboardsPage"), "DashboardsPage"),
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/dashboards/$dashboardId",
  component: page(() => import("../dashboards/DashboardPage"), "DashboardPage"),
});

const alerts = createRoute({
  getParentRoute: () => root,
  path: "/alerts",
  component: page(() => import("../alerts/AlertsPage"), "AlertsPage"),
});

const sharedDashboard = createRoute({
  getParentRoute: () => root,
  path: "/shared/dashboard/$token",
  component: page(() => import("../shared/SharedPage"), "SharedDashboardPage"),
});

const sharedConversation = createRoute({
  getParentRoute: () => root,
  path: "/shared/conversation/$token",
  component: page(() => import("../shared/SharedPage"), "SharedConversationPage"),
});

const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  component: page(() => import("../models/ModelsPage"), "ModelsPage"),
});

const usage = createRoute({
  getParentRoute: () => root,
  path: "/usage",
  component: page(() => import("../usage/UsagePage"), "UsagePage"),
});

const workspace = createRoute({
  getParentRoute: () => root,
  path: "/workspace",
  component: page(() => import("../workspace/WorkspacePage"), "WorkspacePage"),
});

const operations = createRoute({
  getParentRoute: () => root,
  path: "/operations",
  component: page(() => import("../operations/OperationsPage"), "OperationsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([ask, conversation, conversations, documents, reader, sources, search, data, dataset, semantics, connections, verified, dashboards, dashboard, alerts, sharedDashboard, sharedConversation, models, usage, workspace, operations]),
  defaultPreload: "intent",
  defaultErrorComponent: Broken,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
