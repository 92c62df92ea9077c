/** One tile: its title, what it shows, and what can be done with it. */
import { ActionIcon, Badge, Menu, Text, TextInput, Tooltip } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconArrowDown, IconArrowLeft, IconArrowRight, IconArrowUp, IconArrowsHorizontal, IconArrowsVertical, IconBellPlus, IconBellRinging, IconDots, IconFileTypeCsv, IconFileTypePdf, IconGripVertical, IconInfoCircle, IconPhoto, IconTable, IconTrash, IconVector } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { AlertDialog } from "../alerts/AlertDialog";
import { ringing, useAlerts } from "../alerts/alerts";
import { reasonText } from "../alerts/reasons";
import type { QueryAnswer, Tile, TileResult } from "../api/schema";
import { asProblem } from "../api/problems";
import { useSession } from "../app/session";
import { Chart } from "../charts/Chart";
import type { Cell } from "../ask/csv";
import { readModel } from "../ask/library";
import { QUESTIONS } from "../ask/said";
import type { ChartSpec } from "../ask/turn";
import { chartSaid, chartWithin, named } from "../design/columns";
import { figureOf } from "../design/figure";
import { problemText } from "../design/Failure";
import { ResultTable } from "../design/ResultTable";
import { toast } from "../design/toasts";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./dashboards.module.css";
import { resultOf } from "./dashboards";
import type { Move } from "./grid";
import { saveInsight, type Format } from "./saving";

interface Props {
  tile: Tile;
  result: TileResult | undefined;
  editing: boolean;
  move: (how: Move) => void;
  rename: (title: string) => void;
  remove: () => void;
}

const MOVES = [
  ["left", IconArrowLeft],
  ["right", IconArrowRight],
  ["up", IconArrowUp],
  ["down", IconArrowDown],
  ["wider", IconArrowsHorizontal],
  ["narrower", IconArrowsHorizontal],
  ["taller", IconArrowsVertical],
  ["shorter", IconArrowsVertical],
] as const;
const FORMATS = [
  ["pdf", IconFileTypePdf],
  ["csv", IconFileTypeCsv],
  ["png", IconPhoto],
  ["svg", IconVector],
] as const;

export function TileView({ tile, result, editing, move, rename, remove }: Props) {
  const m = useMessages();
  const f = useFormats();
  const { mayEdit } = useSession();
  const [table, setTable] = useState(false);
  const [alerting, setAlerting] = useState(false);
  const firing = ringing(useAlerts().data?.items ?? []).filter((alert) => alert.insight_id === tile.insight_id);
  // the name of an insight over hidden fields is not told
  const title = tile.title || result?.title || (result === undefined ? "" : m.dashboards.tileUnnamed);
  const answer = resultOf(result);
  const drawn = answer !== null && (answer.chart != null || figureOf(answer.columns, answer.rows as Cell[][], f, m) !== null);
  const keep = (wanted: string) => {
    if (wanted !== "" && wanted !== title) rename(wanted);
  };
  const save = (format: Format) => void saveInsight(tile.insight_id, title, format).catch((error: unknown) => toast(problemText(asProblem(error), m), { tone: "danger" }));
  return (
    <section className={css.tile} aria-label={title} data-moving={editing || undefined}>
      <div className={`${css.tileHead} tile-handle`}>
        {editing ? (
          <>
            <IconGripVertical size={16} aria-hidden className={css.grip} />
            <TextInput
              key={title}
              size="xs"
              flex={1}
              variant="unstyled"
              aria-label={m.dashboards.tileTitle}
              defaultValue={title}
              maxLength={200}
              onBlur={(event) => keep(event.currentTarget.value.trim())}
              onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
            />
          </>
        ) : (
          <h2 className={css.tileTitle} title={title}>
            {title}
          </h2>
        )}
        {(result?.unfiltered ?? 0) > 0 && (
          <Tooltip label={m.dashboards.unfilteredLead} multiline maw={260}>
            <Badge color="yellow" size="sm">
              {m.dashboards.unfiltered}
            </Badge>
          </Tooltip>
        )}
        {firing.length > 0 && (
          <Tooltip label={firing.map((alert) => `${alert.name}: ${reasonText(alert.reading, m, f)}`).join(" ")} multiline maw={300}>
            <Badge component={Link} to="/alerts" color="red" size="sm" leftSection={<IconBellRinging size={11} aria-hidden />} style={{ cursor: "pointer", flex: "none" }}>
              {m.alerts.states.firing}
            </Badge>
          </Tooltip>
        )}
        <Menu position="bottom-end" width={210}>
          <Menu.Target>
            <ActionIcon size="sm" variant="subtle" color="gray" aria-label={m.dashboards.tileMenu(title)}>
              <IconDots size={15} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown className={css.menu}>
            {drawn && (
              <Menu.Item leftSection={<IconTable size={15} />} onClick={() => setTable(!table)}>
                {table ? m.ask.chart : m.ask.table}
              </Menu.Item>
            )}
            {FORMATS.filter(([format]) => format === "csv" || format === "pdf" || drawn).map(([format, Icon]) => (
              <Menu.Item key={format} leftSection={<Icon size={15} />} onClick={() => save(format)}>
                {m.dashboards.saveAs(format.toUpperCase())}
              </Menu.Item>
            ))}
            {mayEdit && answer !== null && watchable(answer) && (
              <Menu.Item leftSection={<IconBellPlus size={15} />} onClick={() => setAlerting(true)}>
                {m.alerts.set}
              </Menu.Item>
            )}
            {editing && (
              <>
                <Menu.Divider />
                {MOVES.map(([how, Icon]) => (
                  <Menu.Item key={how} closeMenuOnClick={false} leftSection={<Icon size={15} />} onClick={() => move(how)}>
                    {m.dashboards.moves[how]}
                  </Menu.Item>
                ))}
                <Menu.Item color="red" leftSection={<IconTrash size={15} />} onClick={remove}>
                  {m.dashboards.takeOff}
                </Menu.Item>
              </>
            )}
            <Menu.Divider />
            <Explained result={result} />
          </Menu.Dropdown>
        </Menu>
      </div>
      {alerting && answer !== null && <AlertDialog insightId={tile.insight_id} name={title} numbers={numbersOf(named(answer.columns, m, f))} series={answer.columns.some((column) => column.kind === "period")} close={() => setAlerting(false)} />}
      <div className={css.tileBody}>
        {result === undefined ? <Waiting lines={3} /> : <TileBody result={result} title={title} asTable={table} />}
      </div>
    </section>
  );
}

/** One number or one series: what an alert can watch. */
function watchable(answer: QueryAnswer): boolean {
  return numbersOf(answer.columns).length > 0 && answer.columns.every((column) => column.kind !== "group" && column.kind !== "value");
}

function numbersOf(columns: QueryAnswer["columns"]) {
  return columns.filter((column) => column.kind === "measure" || column.kind === "derived").map((column) => ({ value: column.name, label: column.label }));
}

/** How the tile came about: the query in words, its data, when it was computed. */
function Explained({ result }: { result: TileResult | undefined }) {
  const m = useMessages();
  const f = useFormats();
  const answer = resultOf(result);
  if (answer === null || !result) return null;
  return (
    <div role="none" style={{ padding: "0.25rem 0.75rem 0.5rem" }}>
      <Text size="xs" lang={QUESTIONS}>{answer.words}</Text>
      <Text size="xs" c="dimmed">
        {result.computed_at ? m.dashboards.computed(f.ago(result.computed_at)) : ""}
        <Versions versions={answer.data_versions} />
      </Text>
    </div>
  );
}

/** Which data it was computed on. */
function Versions({ versions }: { versions: Record<string, number> }) {
  const m = useMessages();
  const model = useQuery({ queryKey: ["semantics", "model"], queryFn: readModel });
  const labels = new Map(model.data?.datasets.map((dataset) => [dataset.id, dataset.label]));
  return Object.entries(versions).map(([id, version]) => <span key={id}> · {m.dashboards.version(labels.get(id) ?? "", version)}</span>);
}

function TileBody({ result, title, asTable }: { result: TileResult; title: string; asTable: boolean }) {
  const m = useMessages();
  if (result.error !== null) {
    return (
      <p className={css.fallen}>
        <IconAlertTriangle size={16} aria-hidden style={{ flex: "none" }} />
        {m.problem.told(result.error.code, result.error.detail)}
      </p>
    );
  }
  const answer = resultOf(result);
  return answer === null ? null : <Shown columns={answer.columns} rows={answer.rows as Cell[][]} sentence={answer.sentence} chart={asTable ? null : (answer.chart as ChartSpec | null)} title={title} asTable={asTable} />;
}

interface ShownProps {
  columns: Parameters<typeof ResultTable>[0]["columns"];
  rows: readonly (readonly Cell[])[];
  sentence: string;
  chart: ChartSpec | null;
  title: string;
  asTable?: boolean;
}

/** A result in the room that there is: a figure, a chart or a table. */
export function Shown({ columns, rows, sentence, chart, title, asTable = false }: ShownProps) {
  const m = useMessages();
  const f = useFormats();
  const { ref, height } = useElementSize();
  const room = Math.max(120, Math.floor(height) - 8);
  const untitled = useMemo(() => (chart === null ? null : chartWithin(chartSaid(chart, columns, m, f), room, m)), [chart, columns, room, m, f]);
  const figure = figureOf(columns, rows, f, m);
  if (figure !== null && !asTable) {
    return (
      <div className={css.number}>
        <span className={css.figure}>{figure.value}</span>
        {figure.before !== "" && (
          <Text size="sm">
            {figure.change !== "" && <b>{figure.change} </b>}
            {m.dashboards.was(figure.before)}
          </Text>
        )}
        <Text size="xs" c="dimmed" lang={QUESTIONS}>
          {sentence}
        </Text>
      </div>
    );
  }
  if (rows.length === 0) {
    return (
      <p className={css.fallen}>
        <IconInfoCircle size={16} aria-hidden style={{ flex: "none" }} />
        <span lang={sentence ? QUESTIONS : undefined}>{sentence || m.dashboards.noRows}</span>
      </p>
    );
  }
  return (
    <div ref={ref} style={{ height: "100%", minHeight: "9rem" }}>
      {untitled !== null ? height > 0 && <Chart spec={untitled} label={m.ask.chartOf(title)} height={room} /> : <ResultTable columns={columns} rows={rows} label={title} maxHeight="100%" />}
    </div>
  );
}
