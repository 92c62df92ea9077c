/** What people want changed, for an editor to decide: synonyms, verified questions, notes on documents. */
import { Anchor, Badge, Button, Card, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { IconInbox } from "@tabler/icons-react";
import { useState } from "react";
import { api, read } from "../api/client";
import type { ProposalStatus, ProposalView } from "../api/schema";
import { useNames } from "../app/people";
import { Empty } from "../design/Empty";
import { FailureNote } from "../design/Failure";
import { Pages } from "../design/Pages";
import { toast } from "../design/toasts";
import { useFormats, useMessages } from "../i18n/messages";
import type { Decision } from "./Questions";

const STATES: readonly ProposalStatus[] = ["open", "accepted", "rejected"];
const COLOURS: Record<ProposalStatus, string> = { open: "blue", accepted: "pine", rejected: "gray" };

export function Proposals() {
  const m = useMessages();
  const names = useNames();
  const [status, setStatus] = useState<ProposalStatus>("open");
  return (
    <>
      <SegmentedControl
        size="xs"
        mb="md"
        aria-label={m.documents.state}
        value={status}
        onChange={(value) => setStatus(value as ProposalStatus)}
        data={STATES.map((each) => ({ value: each, label: m.verified.proposalStates[each] }))}
      />
      <Pages
        queryKey={["proposals", status]}
        load={(cursor) => read(api.GET("/api/v1/proposals", { params: { query: { limit: 50, status, ...(cursor && { cursor }) } } }))}
        empty={<Empty icon={IconInbox} title={m.verified.noProposals} lead={m.verified.noProposalsLead} />}
      >
        {(proposals) => (
          <Stack>
            {proposals.map((each) => (
              <ProposalCard key={each.id} proposal={each} who={names} />
            ))}
          </Stack>
        )}
      </Pages>
    </>
  );
}

function ProposalCard({ proposal, who }: { proposal: ProposalView; who: (id: string | null) => string | null }) {
  const m = useMessages();
  const f = useFormats();
  const queries = useQueryClient();
  const decide = useMutation({
    mutationFn: (decision: Decision) => decided(proposal.id, decision),
    onSuccess: (_, decision) => {
      toast(m.verified.done[decision]);
      ["proposals", "verified", "semantics", "library"].forEach((key) => void queries.invalidateQueries({ queryKey: [key] }));
    },
  });
  const offered: readonly Decision[] = proposal.status === "open" ? ["accept", "reject"] : ["reopen"];
  return (
    <Card withBorder radius="lg" padding="md" component="article" aria-label={proposal.question ?? m.verified.kinds[proposal.change.kind]}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <div style={{ minWidth: 0, flex: "1 1 16rem" }}>
          <Group gap="xs" mb={4}>
            <Badge variant="default">{m.verified.kinds[proposal.change.kind]}</Badge>
            <Badge color={COLOURS[proposal.status]}>{m.verified.proposalStates[proposal.status]}</Badge>
          </Group>
          <Change proposal={proposal} />
          {proposal.comment && (
            <Text size="sm" c="dimmed">
              “{proposal.comment}”
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {[
              proposal.question && m.verified.asked(proposal.question),
              m.verified.proposedBy(who(proposal.proposed_by) ?? m.verified.somebody, f.ago(proposal.created_at)),
              proposal.decided_at && m.verified.decidedBy(who(proposal.decided_by) ?? m.verified.somebody, f.ago(proposal.decided_at)),
            ]
              .filter(Boolean)
              .join(" · ")}
          </Text>
        </div>
        <Group gap="xs">
          {offered.map((each) => (
            <Button key={each} size="xs" variant={each === "accept" ? "filled" : "default"} loading={decide.isPending && decide.variables === each} onClick={() => decide.mutate(each)}>
              {m.verified.decide[each]}
            </Button>
          ))}
        </Group>
      </Group>
      <FailureNote error={decide.error} />
    </Card>
  );
}

function Change({ proposal }: { proposal: ProposalView }) {
  const m = useMessages();
  const { change } = proposal;
  switch (change.kind) {
    case "synonym":
      return <Text fw={550}>{m.verified.synonym(change.word, [change.dataset, change.metric ?? change.field].filter(Boolean).join(" › "))}</Text>;
    case "verified_question":
      return (
        <>
          <Text fw={550} style={{ overflowWrap: "anywhere" }}>
            {proposal.question}
          </Text>
          <Text size="sm">{m.verified.means(change.meaning)}</Text>
        </>
      );
    case "note":
      return (
        <>
          <Anchor component={Link} to={`/documents/${change.document_id}`} fw={550}>
            {change.title}
          </Anchor>
          <Text size="sm">{change.text}</Text>
        </>
      );
  }
}

function decided(id: string, decision: Decision): Promise<ProposalView> {
  const params = { path: { proposal_id: id } };
  switch (decision) {
    case "accept":
      return read(api.POST("/api/v1/proposals/{proposal_id}/accept", { params }));
    case "reject":
      return read(api.POST("/api/v1/proposals/{proposal_id}/reject", { params }));
    case "reopen":
      return read(api.POST("/api/v1/proposals/{proposal_id}/reopen", { params }));
  }
}
