/** When a dashboard is refreshed by itself. */
import { Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DashboardView } from "../api/schema";
import { WhenFields } from "../alerts/WhenFields";
import { Dialog } from "../design/Dialog";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { useMessages } from "../i18n/messages";
import { changeDashboard, DASHBOARDS } from "./dashboards";

export function RefreshDialog({ dashboard, close }: { dashboard: DashboardView; close: () => void }) {
  const m = useMessages();
  const queries = useQueryClient();
  const [refresh, setRefresh] = useState(dashboard.refresh);
  const save = useMutation({
    mutationFn: () => changeDashboard(dashboard.id, { refresh }),
    onSuccess: (kept) => {
      queries.setQueryData([...DASHBOARDS, dashboard.id], kept);
      close();
    },
  });
  return (
    <Dialog opened onClose={close} title={m.dashboards.refreshing} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{m.dashboards.refreshingLead}</Text>
          <WhenFields byHand label={m.dashboards.refreshWhen} value={refresh} change={setRefresh} />
          <FailureNote error={save.error} />
          <DialogButtons busy={save.isPending} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}
