/** Questions whose meaning was confirmed, or waits to be: with their state, their query in words, and decisions. */
import { ActionIcon, Alert, Anchor, Badge, Button, Card, Group, Menu, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconAlertTriangle, IconDots, IconHistory, IconPencil, IconRosetteDiscountCheck, IconTrash } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { api, done, read } from "../api/client";
import type { VerifiedQuestionView, VerifiedStatus } from "../api/schema";
import { useNames } from "../app/people";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Pages } from "../design/Pages";
import { toast } from "../design/toasts";
import { useFormats, useMessages } from "../i18n/messages";
import { EditQuestion, History } from "./QuestionDialogs";

const STATES: readonly VerifiedStatus[] = ["proposed", "accepted", "stale", "rejected"];
const COLOURS: Record<VerifiedStatus, string> = { proposed: "blue", accepted: "pine", stale: "yellow", rejected: "gray" };
export const DECISIONS = ["accept", "reject", "reopen"] as const;
export type Decision = (typeof DECISIONS)[number];

export function Questions() {
  const m = useMessages();
  const { mayEdit } = useSession();
  const names = useNames();
  const [status, setStatus] = useState<VerifiedStatus | "all">("all");
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const queries = useQueryClient();
  const list = useRef<HTMLDivElement>(null);
  const refresh = () => void queries.invalidateQueries({ queryKey: ["verified"] });
  const remove = (each: VerifiedQuestionView) => {
    setGone((now) => new Set(now).add(each.id));
    list.current?.focus();
    const back = () => setGone((now) => new Set([...now].filter((id) => id !== each.id)));
    toast(m.verified.deleted(each.question), {
      undo: back,
      expired: () =>
        void done(api.DELETE("/api/v1/verified-questions/{verified_id}", { params: { path: { verified_id: each.id } }, keepalive: true }))
          .catch(() => {
            back();
            toast(m.problem.title, { tone: "danger" });
          })
          .finally(refresh),
    });
  };
  return (
    <>
      <SegmentedControl
        size="xs"
        mb="md"
        aria-label={m.documents.state}
        value={status}
        onChange={(value) => setStatus(value as VerifiedStatus | "all")}
        data={[{ value: "all", label: m.all }, ...STATES.map((each) => ({ value: each, label: m.verified.states[each] }))]}
      />
      <div ref={list} tabIndex={-1}>
        <Pages
          queryKey={["verified", "questions", status]}
          load={(cursor) => read(api.GET("/api/v1/verified-questions", { params: { query: { limit: 50, ...(cursor && { cursor }), ...(status !== "all" && { status }) } } }))}
          empty={<Empty icon={IconRosetteDiscountCheck} title={m.verified.none} lead={m.verified.noneLead} />}
        >
          {(questions) => (
            <Stack>
              {questions
                .filter((each) => !gone.has(each.id))
                .map((each) => (
                  <QuestionCard key={each.id} question={each} who={names} mayDecide={mayEdit} refresh={refresh} remove={() => remove(each)} />
                ))}
            </Stack>
          )}
        </Pages>
      </div>
    </>
  );
}

interface CardProps {
  question: VerifiedQuestionView;
  who: (id: string | null) => string | null;
  mayDecide: boolean;
  refresh: () => void;
  remove: () => void;
}

function QuestionCard({ question, who, mayDecide, refresh, remove }: CardProps) {
  const m = useMessages();
  const f = useFormats();
  const [open, setOpen] = useState<"edit" | "history" | null>(null);
  const decide = useMutation({
    mutationFn: (decision: Decision) => decided(question.id, decision),
    onSuccess: (_, decision) => {
      toast(m.verified.done[decision]);
      refresh();
    },
  });
  const offered: readonly Decision[] = question.status === "proposed" ? ["accept", "reject"] : ["reopen"];
  return (
    <Card withBorder radius="lg" padding="md" component="article" aria-label={question.question}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0, flex: "1 1 16rem" }}>
          <Group gap="xs">
            <Anchor component={Link} to="/" search={{ q: question.question } as never} fw={600} style={{ overflowWrap: "anywhere" }}>
              {question.question}
            </Anchor>
            <Badge color={COLOURS[question.status]}>{m.verified.states[question.status]}</Badge>
          </Group>
          <Text size="sm">{question.meaning}</Text>
          {question.comment && (
            <Text size="sm" c="dimmed">
              {question.comment}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {[m.verified.proposedBy(who(question.proposed_by) ?? m.verified.somebody, f.ago(question.created_at)), question.decided_at && m.verified.decidedBy(who(question.decided_by) ?? m.verified.somebody, f.ago(question.decided_at))].filter(Boolean).join(" · ")}
          </Text>
        </div>
        {mayDecide && (
          <Group gap="xs">
            {offered.map((each) => (
              <Button key={each} size="xs" variant={each === "accept" ? "filled" : "default"} loading={decide.isPending && decide.variables === each} onClick={() => decide.mutate(each)}>
                {m.verified.decide[each]}
              </Button>
            ))}
            <Menu position="bottom-end">
              <Menu.Target>
                <ActionIcon variant="default" aria-label={m.connections.menu(question.question)}>
                  <IconDots size={16} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setOpen("edit")}>
                  {m.edit}
                </Menu.Item>
                <Menu.Item leftSection={<IconHistory size={16} />} onClick={() => setOpen("history")}>
                  {m.verified.history}
                </Menu.Item>
                <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={remove}>
                  {m.delete}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </Group>
        )}
      </Group>
      {question.problem && (
        <Alert mt="xs" p="xs" color="yellow" icon={<IconAlertTriangle size={16} />}>
          {question.problem}
        </Alert>
      )}
      <FailureNote error={decide.error} />
      {open === "edit" && <EditQuestion question={question} refresh={refresh} close={() => setOpen(null)} />}
      {open === "history" && <History question={question} who={who} close={() => setOpen(null)} />}
    </Card>
  );
}

function decided(id: string, decision: Decision): Promise<VerifiedQuestionView> {
  const params = { path: { verified_id: id } };
  switch (decision) {
    case "accept":
      return read(api.POST("/api/v1/verified-questions/{verified_id}/accept", { params }));
    case "reject":
      return read(api.POST("/api/v1/verified-questions/{verified_id}/reject", { params }));
    case "reopen":
      return read(api.POST("/api/v1/verified-questions/{verified_id}/reopen", { params }));
  }
}
