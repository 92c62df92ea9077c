/** One table: its rows, what its columns hold, how it was read, and its versions. */
import { ActionIcon, Anchor, Badge, Button, Tabs, Text, Tooltip } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { IconMessageCircle, IconRefresh, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import { asProblem, Problem } from "../api/problems";
import type { DatasetView } from "../api/schema";
import { useSession } from "../app/session";
import { Confirm } from "../design/Confirm";
import { Failure, FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Unsaved } from "../design/Unsaved";
import { Waiting } from "../design/Waiting";
import { useMessages } from "../i18n/messages";
import { ColumnCards } from "./ColumnCards";
import css from "./data.module.css";
import { DATASET_COLOURS } from "./DataPage";
import { differs, useDrafts, useHeld, type Drafts } from "./drafts";
import { ReviewTab } from "./review/ReviewTab";
import { RowsTab } from "./RowsTab";
import { RulesTab } from "./rules/RulesTab";
import type { DatasetTab } from "./tabs";
import { VersionsTab } from "./versions/VersionsTab";

/** Whether the table, or another version of it, is being read. */
function isBeingMade(dataset: DatasetView): boolean {
  return [dataset, ...(dataset.versions ?? [])].some((each) => each.status === "queued" || each.status === "processing");
}

export function DatasetPage() {
  const { datasetId } = useParams({ from: "/data/$datasetId" });
  // What is open on the page of one table has nothing to do with the next one.
  return <Dataset key={datasetId} datasetId={datasetId} />;
}

function Dataset({ datasetId }: { datasetId: string }) {
  const { session } = useSearch({ from: "/data/$datasetId" });
  const drafts = useDrafts();
  const dataset = useQuery({
    queryKey: ["datasets", datasetId],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}", { params: { path: { dataset_id: datasetId }, query: { session_id: session } } })),
    refetchInterval: ({ state }) => (state.data !== undefined && isBeingMade(state.data) ? 2000 : false),
  });
  const { shown, take } = useHeld(dataset.data, drafts.open);
  const lookAgain = async () => {
    const { data } = await dataset.refetch();
    if (data !== undefined) take(data);
  };
  // A lost connection takes nothing away that somebody has open.
  if (dataset.isError && !(drafts.open && asProblem(dataset.error).status !== 404)) return <Failure error={dataset.error} retry={() => void dataset.refetch()} />;
  if (shown === undefined) return <div className={css.pad}><Waiting lines={10} /></div>;
  return <Shown dataset={shown} drafts={drafts} outdated={dataset.data !== undefined && differs(shown, dataset.data)} lookAgain={lookAgain} />;
}

interface ShownProps {
  dataset: DatasetView;
  drafts: Drafts;
  /** Whether the table has become another since. */
  outdated: boolean;
  lookAgain: () => Promise<void>;
}

function Shown({ dataset, drafts, outdated, lookAgain }: ShownProps) {
  const m = useMessages();
  const { mayEdit } = useSession();
  const isCommon = dataset.session_id === null;
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [deleting, setDeleting] = useState(false);
  const remove = async () => {
    await done(api.DELETE("/api/v1/datasets/{dataset_id}", { params: { path: { dataset_id: dataset.id } } }));
    ["datasets", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
    await navigate({ to: "/data" });
  };
  return (
    <Page
      wide
      title={dataset.label}
      above={
        <Anchor component={Link} to={dataset.session_id === null ? "/data" : `/c/${dataset.session_id}`} size="sm" c="dimmed">
          {dataset.session_id === null ? m.nav.data : m.files.back}
        </Anchor>
      }
      lead={[dataset.row_count === null ? "" : m.ask.rows(dataset.row_count), dataset.version === null ? "" : m.data.version(dataset.version), dataset.engine === "postgresql" ? m.data.inWarehouse : "", dataset.whole ? "" : m.data.part].filter(Boolean).join(" · ")}
      actions={
        <>
          {dataset.status !== "ready" && <Badge color={DATASET_COLOURS[dataset.status]}>{m.documents.status[dataset.status]}</Badge>}
          {isCommon && (
            <Button component={Link} to="/" variant="default" leftSection={<IconMessageCircle size={16} />}>
              {m.data.ask}
            </Button>
          )}
          {mayEdit && isCommon && dataset.whole && (
            <Tooltip label={m.delete}>
              <ActionIcon variant="default" size="lg" aria-label={`${m.delete}: ${dataset.label}`} onClick={() => setDeleting(true)}>
                <IconTrash size={17} />
              </ActionIcon>
            </Tooltip>
          )}
        </>
      }
    >
      {dataset.error && <FailureNote error={new Problem(0, dataset.error.code, dataset.error.detail)} />}
      {outdated && <ChangedMeanwhile lookAgain={lookAgain} />}
      <Unsaved when={drafts.open} />
      {dataset.version !== null && <DatasetTabs dataset={dataset} drafts={drafts} lookAgain={lookAgain} />}
      {deleting && (
        <Confirm title={m.data.deleteTitle(dataset.label)} lead={m.data.deleteLead} action={m.delete} name={dataset.label} act={remove} close={() => setDeleting(false)} />
      )}
    </Page>
  );
}

function ChangedMeanwhile({ lookAgain }: Pick<ShownProps, "lookAgain">) {
  const m = useMessages();
  return (
    <div role="status" className={css.changed}>
      <Text size="sm">
        {m.data.changedMeanwhile}{" "}
        <Text span c="dimmed">
          {m.data.changedLead}
        </Text>
      </Text>
      <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={() => void lookAgain()}>
        {m.data.lookAgain}
      </Button>
    </div>
  );
}

function DatasetTabs({ dataset, drafts, lookAgain }: Omit<ShownProps, "outdated">) {
  const m = useMessages();
  const { tab } = useSearch({ from: "/data/$datasetId" });
  const navigate = useNavigate();
  const findings = dataset.quality?.findings ?? [];
  const doubtful = findings.filter((each) => each.severity === "doubtful" || each.severity === "dropped").length;
  const count = doubtful > 0 && <Badge size="xs" color="yellow">{doubtful}</Badge>;
  // Of a connected database's table there are no files to read anew.
  const isKept = dataset.whole && (dataset.versions ?? []).length > 0;
  const shown: DatasetTab[] = ["rows", "columns", ...(isKept ? (["review", "rules"] as const) : []), "versions"];
  const names: Record<DatasetTab, string> = { rows: m.data.rows, columns: m.data.columns, review: m.review.tab, rules: m.rules.tab, versions: m.data.versions };
  return (
    <Tabs
      value={tab !== undefined && shown.includes(tab) ? tab : "rows"}
      onChange={(value) => void navigate({ to: ".", search: (now) => ({ ...now, tab: value as DatasetTab }), replace: true, resetScroll: false })}
      keepMounted={false}
    >
      <Tabs.List mb="md">
        {shown.map((each) => (
          <Tabs.Tab key={each} value={each} rightSection={each === "review" && count}>
            {names[each]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="rows">
        <RowsTab dataset={dataset} />
      </Tabs.Panel>
      <Tabs.Panel value="columns">
        <ColumnCards dataset={dataset} />
      </Tabs.Panel>
      <Tabs.Panel value="review">
        <ReviewTab dataset={dataset} drafts={drafts} lookAgain={lookAgain} />
      </Tabs.Panel>
      <Tabs.Panel value="rules">
        <RulesTab dataset={dataset} drafts={drafts} />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <VersionsTab dataset={dataset} />
      </Tabs.Panel>
    </Tabs>
  );
}
