/** What the reader found and changed in a table, what it leaves open, and what people decide about it. */
import { Button, Group, Select, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, type ReactNode } from "react";
import { api, read } from "../../api/client";
import { asProblem } from "../../api/problems";
import type { DatasetView, FindingView, Review } from "../../api/schema";
import { useSession } from "../../app/session";
import { Failure, FailureNote } from "../../design/Failure";
import { JobProgress } from "../../design/JobProgress";
import { toast } from "../../design/toasts";
import { Waiting } from "../../design/Waiting";
import { useMessages } from "../../i18n/messages";
import type { Drafts } from "../drafts";
import { answer, decide, fitting, keyOf, remembered, sent, sorted, undecided, type Decision, type Decisions } from "./decisions";
import { FindingRow, QuestionCard, settingName, valueName } from "./FindingRow";
import css from "./review.module.css";

interface Props {
  dataset: DatasetView;
  drafts: Drafts;
  /** Shows the newest version, whatever is undecided. */
  lookAgain: () => Promise<void>;
}

export function ReviewTab({ dataset, drafts, lookAgain }: Props) {
  const params = { path: { dataset_id: dataset.id }, query: { session_id: dataset.session_id } };
  const review = useQuery({
    queryKey: ["datasets", dataset.id, "review", dataset.version],
    queryFn: () => read(api.GET("/api/v1/datasets/{dataset_id}/review", { params })),
    // Of one version it stays as it is, and asked again it would be that of the newest.
    staleTime: Infinity,
  });
  if (review.isError) return <Failure error={review.error} retry={() => void review.refetch()} />;
  if (review.isPending) return <Waiting lines={8} />;
  return <Reviewing key={review.data.version} dataset={dataset} review={review.data} drafts={drafts} lookAgain={lookAgain} />;
}

function Reviewing({ dataset, review, drafts, lookAgain }: Props & { review: Review }) {
  const m = useMessages();
  const session = useSession();
  // Whoever sees a conversation's table dropped it there.
  const mayEdit = session.mayEdit || dataset.session_id !== null;
  const { decisions, setDecisions } = drafts;
  useEffect(() => setDecisions((now) => fitting(now, review)), [setDecisions, review]);
  const { questions, offers, found } = sorted(review.findings);
  const chosen = remembered(review.choices);
  const label = (column: string | null) => (column === null ? null : (review.columns.find((each) => each.name === column)?.label ?? column));
  const shown = (finding: FindingView) => decisions.get(keyOf(finding.setting ?? "", finding.column))?.value ?? finding.choice;
  const put = (finding: FindingView) => (value: Decision["value"]) =>
    setDecisions((now) => decide(now, { setting: finding.setting ?? "", column: finding.column, value }, finding.choice));
  const asked = (finding: FindingView) => (
    <QuestionCard
      key={finding.id}
      finding={finding}
      columnLabel={label(finding.column)}
      value={finding.open && !decisions.has(keyOf(finding.setting ?? "", finding.column)) ? null : shown(finding)}
      answered={decisions.has(keyOf(finding.setting ?? "", finding.column))}
      mayDecide={mayEdit}
      decide={(value) => (finding.open ? setDecisions((now) => answer(now, { setting: finding.setting ?? "", column: finding.column, value })) : put(finding)(value))}
    />
  );
  return (
    <>
      <Text size="sm" c="dimmed" mb="lg" maw="48rem">
        {[dataset.quality && m.data.kept(dataset.quality.rows_kept, dataset.quality.rows_read), m.review.lead, !mayEdit && m.review.viewer].filter(Boolean).join(" · ")}
      </Text>
      {questions.length > 0 && (
        <Section title={m.review.questions} lead={m.review.questionsLead}>
          {questions.map(asked)}
        </Section>
      )}
      {offers.length > 0 && <Section title={m.review.offers}>{offers.map(asked)}</Section>}
      <Section title={m.review.found}>
        {found.length === 0 ? (
          <Text size="sm">{m.data.clean}</Text>
        ) : (
          <ul className={css.findings}>
            {found.map((finding) => (
              <FindingRow key={finding.id} finding={finding} columnLabel={label(finding.column)} value={shown(finding)} mayDecide={mayEdit} decide={put(finding)} />
            ))}
          </ul>
        )}
      </Section>
      {chosen.length > 0 && (
        <Section title={m.review.remembered} lead={m.review.rememberedLead}>
          <ul className={css.chosen}>
            {chosen.map((each) => (
              <Remembered
                key={keyOf(each.setting, each.column)}
                name={settingName(each.setting, label(each.column), m)}
                value={valueName(each.setting, each.value, m)}
                forgotten={decisions.get(keyOf(each.setting, each.column))?.value === null}
                mayForget={mayEdit}
                toggle={(forgotten) =>
                  setDecisions((now) => (forgotten ? undecided(now, each.setting, each.column) : decide(now, { ...each, value: null }, null)))
                }
              />
            ))}
          </ul>
        </Section>
      )}
      <Section title={m.review.columns}>
        <Columns review={review} decisions={decisions} mayDecide={mayEdit} put={(decision, inForce) => setDecisions((now) => decide(now, decision, inForce))} />
      </Section>
      <ApplyBar dataset={dataset} review={review} drafts={drafts} lookAgain={lookAgain} />
    </>
  );
}

function Section({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <section className={css.section} aria-label={title}>
      <div>
        <Title order={2} size="h4">
          {title}
        </Title>
        {lead && (
          <Text size="sm" c="dimmed">
            {lead}
          </Text>
        )}
      </div>
      {children}
    </section>
  );
}

function Remembered({ name, value, forgotten, mayForget, toggle }: { name: string; value: string; forgotten: boolean; mayForget: boolean; toggle: (forgotten: boolean) => void }) {
  const m = useMessages();
  return (
    <li>
      <Text size="sm" td={forgotten ? "line-through" : undefined}>
        {name} → {value}
      </Text>
      {mayForget && (
        <Button size="compact-xs" variant="default" aria-label={forgotten ? `${m.undo}: ${name}` : m.review.forgetOne(name)} onClick={() => toggle(forgotten)}>
          {forgotten ? m.undo : m.review.forget}
        </Button>
      )}
    </li>
  );
}

interface ColumnsProps {
  review: Review;
  decisions: Decisions;
  mayDecide: boolean;
  put: (decision: Decision, inForce: string | null) => void;
}

function Columns({ review, decisions, mayDecide, put }: ColumnsProps) {
  const m = useMessages();
  return (
    <Table>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{m.review.column}</Table.Th>
          <Table.Th w="13rem">{m.review.readAs}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {review.columns.map((column) => (
          <Table.Tr key={column.name}>
            <Table.Td>
              <Text size="sm">{column.label}</Text>
              <Text size="xs" c="dimmed">
                {[m.data.type[column.type], column.chosen && m.review.yours].filter(Boolean).join(" · ")}
              </Text>
            </Table.Td>
            <Table.Td>
              <Select
                size="xs"
                aria-label={m.review.whatTo(settingName("type", column.label, m))}
                allowDeselect={false}
                disabled={!mayDecide}
                placeholder="–"
                value={(decisions.get(keyOf("type", column.name))?.value as string | undefined) ?? column.choice}
                onChange={(value) => value !== null && put({ setting: "type", column: column.name, value }, column.choice)}
                data={column.alternatives.map((each) => ({ value: String(each.value), label: valueName("type", each.value, m) }))}
              />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function ApplyBar({ dataset, review, drafts, lookAgain }: Props & { review: Review }) {
  const m = useMessages();
  const queries = useQueryClient();
  const refresh = () => ["datasets", "library", "semantics"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
  const { decisions, reviewing: making } = drafts;
  const { started, failure } = making;
  const discard = () => drafts.setDecisions(new Map());
  const apply = useMutation({
    mutationFn: () => {
      const body = { choices: sent(decisions), version: review.version };
      const path = { dataset_id: dataset.id };
      if (dataset.session_id === null) return read(api.POST("/api/v1/datasets/{dataset_id}/review", { params: { path }, body }));
      return read(api.POST("/api/v1/chat/sessions/{session_id}/datasets/{dataset_id}/review", { params: { path: { ...path, session_id: dataset.session_id } }, body }));
    },
    onSuccess: ({ job, version }) => {
      if (job === null) {
        toast(m.review.same);
        discard();
        return;
      }
      making.begin(job.id, version);
      whole.current?.focus();
    },
  });
  const whole = useRef<HTMLDivElement>(null);
  if (decisions.size === 0 && started === null && failure === null) return null;
  const stale = apply.error !== null && asProblem(apply.error).code === "version_outdated";
  return (
    <div ref={whole} tabIndex={-1} className={css.bar} role="region" aria-label={m.review.apply}>
      {started !== null ? (
        <JobProgress
          id={started.job}
          label={m.review.reading}
          done={() => {
            toast(m.review.done(started.version));
            making.end(null);
            discard();
            refresh();
          }}
          failed={making.end}
        />
      ) : (
        <Group justify="space-between" gap="sm">
          <Text size="sm">{m.review.changed(decisions.size)}</Text>
          <Group gap="xs">
            <Button variant="default" onClick={discard}>
              {m.review.discard}
            </Button>
            <Button loading={apply.isPending} onClick={() => apply.mutate()}>
              {m.review.apply}
            </Button>
          </Group>
        </Group>
      )}
      <FailureNote error={apply.error ?? failure} />
      {stale && (
        <Button size="xs" variant="default" onClick={() => void lookAgain()}>
          {m.problem.reload}
        </Button>
      )}
    </div>
  );
}
