/** Pins the query of an answer to a dashboard. */
import { SegmentedControl, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SemanticQueryOutput } from "../api/schema";
import { Dialog } from "../design/Dialog";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { toast } from "../design/toasts";
import { useMessages } from "../i18n/messages";
import { DASHBOARDS, pin, useDashboards, type Pin } from "./dashboards";

interface Props {
  question: string;
  query: SemanticQueryOutput;
  small: boolean;
  close: () => void;
}

const NEW = "";

export function PinDialog({ question, query, small, close }: Props) {
  const m = useMessages();
  const queries = useQueryClient();
  const dashboards = useDashboards();
  const [name, setName] = useState(question.slice(0, 200));
  const [chosen, setChosen] = useState<string | null>(null);
  const [dashboardName, setDashboardName] = useState(m.dashboards.untitled);
  const [policy, setPolicy] = useState<Pin["policy"]>("latest");
  const where = chosen ?? dashboards.data?.items[0]?.id ?? NEW;
  const pinning = useMutation({
    mutationFn: () => pin({ name: name.trim(), question, query, policy, small, dashboardId: where === NEW ? null : where, dashboardName: dashboardName.trim() }),
    onSuccess: async (dashboard) => {
      await queries.invalidateQueries({ queryKey: DASHBOARDS });
      toast(m.dashboards.pinned(dashboard.name));
      close();
    },
  });
  const choices = [...(dashboards.data?.items ?? []).map((each) => ({ value: each.id, label: each.name })), { value: NEW, label: m.dashboards.make }];
  return (
    <Dialog opened onClose={close} title={m.dashboards.pin} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          pinning.mutate();
        }}
      >
        <Stack>
          <TextInput data-autofocus required label={m.dashboards.tileTitle} value={name} maxLength={200} onChange={(event) => setName(event.currentTarget.value)} />
          <Select label={m.dashboards.on} allowDeselect={false} data={choices} value={where} onChange={setChosen} />
          {where === NEW && <TextInput required label={m.dashboards.newName} value={dashboardName} maxLength={200} onChange={(event) => setDashboardName(event.currentTarget.value)} />}
          <div>
            <SegmentedControl
              fullWidth
              aria-label={m.dashboards.policy}
              value={policy}
              onChange={(value) => setPolicy(value as Pin["policy"])}
              data={[
                { value: "latest", label: m.dashboards.latest },
                { value: "pinned", label: m.dashboards.today },
              ]}
            />
            <Text size="xs" c="dimmed" mt={4}>
              {policy === "latest" ? m.dashboards.latestLead : m.dashboards.todayLead}
            </Text>
          </div>
          <FailureNote error={pinning.error ?? dashboards.error} />
          <DialogButtons action={m.dashboards.pin} busy={pinning.isPending} disabled={name.trim() === "" || (where === NEW && dashboardName.trim() === "")} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
