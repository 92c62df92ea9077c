/** A dashboard: its tiles on a grid, filters for all of them, and its layout while it is edited. */
import { ActionIcon, Anchor, Button, Text, TextInput, Tooltip } from "@mantine/core";
import { useElementSize, useFullscreenDocument, useMediaQuery } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { IconCheck, IconClock, IconFileTypePdf, IconLayoutDashboard, IconMaximize, IconPencil, IconRefresh, IconShare2, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import GridLayout, { type Layout } from "react-grid-layout";
import { api, done, read } from "../api/client";
import { asProblem } from "../api/problems";
import type { DashboardChange, DashboardFilterInput, DashboardView, Tile, TileResult } from "../api/schema";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Empty } from "../design/Empty";
import { Failure, problemText } from "../design/Failure";
import { Page } from "../design/Page";
import { ShareDialog } from "../design/ShareDialog";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./dashboards.module.css";
import { changeDashboard, DASHBOARDS, useDashboard, useResults } from "./dashboards";
import { Filters } from "./Filters";
import { COLUMNS, moved, type Move } from "./grid";
import { RefreshDialog } from "./RefreshDialog";
import { saveDashboard } from "./saving";
import { TileView } from "./TileView";

const ROW = 64;
const GAP = 12;
const DAY_MS = 86_400_000;

// The drag library writes one style element, which the policy lets through by its nonce alone.
Object.assign(globalThis, { __webpack_nonce__: document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content });

export function DashboardPage() {
  const { dashboardId } = useParams({ from: "/dashboards/$dashboardId" });
  const dashboard = useDashboard(dashboardId);
  if (dashboard.isError) return <Failure error={dashboard.error} retry={() => void dashboard.refetch()} />;
  if (dashboard.isPending) return <Waiting lines={8} />;
  return <Dashboard key={dashboardId} dashboard={dashboard.data} />;
}

function Dashboard({ dashboard }: { dashboard: DashboardView }) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const [asking, setAsking] = useState<"delete" | "share" | "refresh" | null>(null);
  const [filters, setFilters] = useState<readonly DashboardFilterInput[]>(dashboard.filters as DashboardFilterInput[]);
  const results = useResults(dashboard, filters);
  // The whole document, without what lies around the tiles: their menus and notes open outside of them.
  const screen = useFullscreenDocument();
  const key = [...DASHBOARDS, dashboard.id];
  const change = useMutation({
    mutationFn: (body: DashboardChange) => changeDashboard(dashboard.id, body),
    onMutate: (body) => queries.setQueryData<DashboardView>(key, (now) => now && { ...now, ...(body as Partial<DashboardView>) }),
    onSuccess: (kept) => queries.setQueryData(key, kept),
    onError: (error) => {
      toast(problemText(asProblem(error), m), { tone: "danger" });
      void queries.invalidateQueries({ queryKey: key });
    },
  });
  const print = useMutation({
    mutationFn: () => saveDashboard(dashboard.id, dashboard.name, filters),
    onError: (error) => toast(problemText(asProblem(error), m), { tone: "danger" }),
  });
  const setTiles = (tiles: Tile[]) => change.mutate({ tiles });
  const setOne = (id: string, part: Partial<Tile>) => setTiles(dashboard.tiles.map((tile) => (tile.id === id ? { ...tile, ...part } : tile)));
  const takeOff = (tile: Tile) => {
    const before = dashboard.tiles;
    setTiles(before.filter((each) => each.id !== tile.id));
    toast(m.dashboards.takenOff, { undo: () => setTiles(before) });
  };
  const remove = async () => {
    await done(api.DELETE("/api/v1/dashboards/{dashboard_id}", { params: { path: { dashboard_id: dashboard.id } } }));
    await queries.invalidateQueries({ queryKey: DASHBOARDS });
    await navigate({ to: "/dashboards" });
  };
  const shown = new Map(results.data?.tiles.map((each) => [each.tile_id, each]));
  const view = (tile: Tile) => (
    <TileView
      tile={tile}
      result={shown.get(tile.id)}
      editing={editing}
      move={(how: Move) => setTiles(moved(dashboard.tiles, tile.id, how))}
      rename={(title) => setOne(tile.id, { title })}
      remove={() => takeOff(tile)}
    />
  );
  return (
    <Page
      wide
      title={dashboard.name}
      lead={dashboard.description}
      above={
        <Anchor component={Link} to="/dashboards" size="sm" c="dimmed">
          {m.nav.dashboards}
        </Anchor>
      }
      actions={
        <>
          <Act label={m.dashboards.refresh} icon={<IconRefresh size={17} />} act={() => void results.refetch()} busy={results.isFetching} />
          <Act label={m.dashboards.fullScreen} icon={<IconMaximize size={17} />} act={() => void screen.toggle()} />
          {dashboard.tiles.length > 0 && <Act label={m.dashboards.saveAs("PDF")} icon={<IconFileTypePdf size={17} />} act={() => print.mutate()} busy={print.isPending} />}
          {mayEdit && <Act label={m.dashboards.refreshing} icon={<IconClock size={17} />} act={() => setAsking("refresh")} />}
          {mayEdit && <Act label={m.share.title} icon={<IconShare2 size={17} />} act={() => setAsking("share")} />}
          {mayEdit && editing && <Act label={m.delete} icon={<IconTrash size={17} />} act={() => setAsking("delete")} />}
          {mayEdit && (
            <Button variant={editing ? "filled" : "default"} leftSection={editing ? <IconCheck size={16} /> : <IconPencil size={16} />} onClick={() => setEditing(!editing)}>
              {editing ? m.dashboards.done : m.edit}
            </Button>
          )}
        </>
      }
    >
      {editing && <Named dashboard={dashboard} change={change.mutate} />}
      {dashboard.tiles.length > 0 && (
        <Filters
          filters={filters}
          change={(next) => {
            setFilters(next);
            if (editing) change.mutate({ filters: next });
          }}
        />
      )}
      {dashboard.tiles.length > 0 && <Freshness dashboard={dashboard} />}
      {results.isError && <Failure error={results.error} retry={() => void results.refetch()} />}
      {dashboard.tiles.length === 0 ? (
        <Empty icon={IconLayoutDashboard} title={m.dashboards.empty} lead={m.dashboards.emptyLead} />
      ) : (
        <div className={css.screen}>
          <Grid tiles={dashboard.tiles} results={shown} editing={editing} view={view} arrange={setTiles} />
        </div>
      )}
      {asking === "delete" && <Confirm title={m.dashboards.deleteTitle(dashboard.name)} lead={m.dashboards.deleteLead} action={m.delete} name={dashboard.name} act={remove} close={() => setAsking(null)} />}
      {asking === "refresh" && <RefreshDialog dashboard={dashboard} close={() => setAsking(null)} />}
      {asking === "share" && <Share dashboard={dashboard} close={() => setAsking(null)} />}
    </Page>
  );
}

/** When the tiles were last computed for everybody, and when they will be. */
function Freshness({ dashboard }: { dashboard: DashboardView }) {
  const m = useMessages();
  const f = useFormats();
  const parts = [
    dashboard.refreshed_at && m.dashboards.refreshed(f.ago(dashboard.refreshed_at)),
    dashboard.next_refresh_at ? m.dashboards.refreshNext(f.moment(dashboard.next_refresh_at)) : m.dashboards.refreshOn[dashboard.refresh.on ?? "data"],
  ];
  return (
    <Text size="xs" c="dimmed" mb="sm">
      {parts.filter(Boolean).join(" · ")}
    </Text>
  );
}

function Act({ label, icon, act, busy }: { label: string; icon: React.ReactNode; act: () => void; busy?: boolean }) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="default" size="lg" aria-label={label} loading={busy ?? false} onClick={act}>
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

function Named({ dashboard, change }: { dashboard: DashboardView; change: (body: DashboardChange) => void }) {
  const m = useMessages();
  const keep = (body: DashboardChange) => change(body);
  return (
    <div className={css.filters}>
      <TextInput size="xs" label={m.name_} defaultValue={dashboard.name} maxLength={200} onBlur={(event) => event.currentTarget.value.trim() && keep({ name: event.currentTarget.value.trim() })} />
      <TextInput size="xs" flex={1} miw="12rem" label={m.dashboards.description} defaultValue={dashboard.description} maxLength={2000} onBlur={(event) => keep({ description: event.currentTarget.value.trim() })} />
    </div>
  );
}

interface GridProps {
  tiles: readonly Tile[];
  results: ReadonlyMap<string, TileResult>;
  editing: boolean;
  view: (tile: Tile) => React.ReactNode;
  arrange: (tiles: Tile[]) => void;
}

function Grid({ tiles, editing, view, arrange }: GridProps) {
  const { ref, width } = useElementSize();
  const narrow = useMediaQuery("(max-width: 48em)");
  const ordered = [...tiles].sort((one, other) => one.y - other.y || one.x - other.x);
  if (narrow) {
    return (
      <div className={css.stack}>
        {ordered.map((tile) => (
          <div key={tile.id} style={{ height: Math.max(3, tile.height) * ROW }}>
            {view(tile)}
          </div>
        ))}
      </div>
    );
  }
  const layout: Layout = tiles.map((tile) => ({ i: tile.id, x: tile.x, y: tile.y, w: tile.width, h: tile.height, minW: 2, minH: 2 }));
  const kept = (next: Layout) => {
    const places = new Map(next.map((each) => [each.i, each]));
    const arranged = tiles.map((tile) => {
      const place = places.get(tile.id);
      return place === undefined ? tile : { ...tile, x: place.x, y: place.y, width: place.w, height: place.h };
    });
    if (JSON.stringify(arranged) !== JSON.stringify(tiles)) arrange(arranged);
  };
  return (
    <div ref={ref} className={css.grid} data-editing={editing || undefined}>
      {width > 0 && (
        <GridLayout
          width={width}
          layout={layout}
          gridConfig={{ cols: COLUMNS, rowHeight: ROW, margin: [GAP, GAP], containerPadding: [0, 0] }}
          dragConfig={{ enabled: editing, handle: ".tile-handle", cancel: "button, input" }}
          resizeConfig={{ enabled: editing, handles: ["se"] }}
          onDragStop={(next) => kept(next)}
          onResizeStop={(next) => kept(next)}
        >
          {ordered.map((tile) => (
            <div key={tile.id}>{view(tile)}</div>
          ))}
        </GridLayout>
      )}
    </div>
  );
}

function Share({ dashboard, close }: { dashboard: DashboardView; close: () => void }) {
  const m = useMessages();
  const path = { dashboard_id: dashboard.id };
  return (
    <ShareDialog
      of={[...DASHBOARDS, dashboard.id]}
      lead={m.dashboards.shareLead}
      list={async () => (await read(api.GET("/api/v1/dashboards/{dashboard_id}/shares", { params: { path, query: { limit: 100 } } }))).items}
      make={async (days) => {
        const expires = new Date(Date.now() + days * DAY_MS).toISOString();
        return (await read(api.POST("/api/v1/dashboards/{dashboard_id}/shares", { params: { path }, body: { expires_at: expires } }))).token;
      }}
      remove={(id) => done(api.DELETE("/api/v1/dashboards/{dashboard_id}/shares/{share_id}", { params: { path: { ...path, share_id: id } } }))}
      address={(token) => `${location.origin}/shared/dashboard/${token}`}
      close={close}
    />
  );
}
