/** All dashboards of the workspace. */
import { Button, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { IconLayoutDashboard, IconPlus } from "@tabler/icons-react";
import { api, read } from "../api/client";
import { useSession } from "../app/session";
import { Empty } from "../design/Empty";
import { Failure, FailureNote } from "../design/Failure";
import { Page } from "../design/Page";
import { Waiting } from "../design/Waiting";
import { useFormats, useMessages } from "../i18n/messages";
import css from "./dashboards.module.css";
import { DASHBOARDS, useDashboards } from "./dashboards";

export function DashboardsPage() {
  const m = useMessages();
  const f = useFormats();
  const { mayEdit } = useSession();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const found = useDashboards();
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/dashboards", { body: { name: m.dashboards.untitled, description: "", tiles: [], filters: [], refresh: { on: "data" } } })),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: DASHBOARDS });
      await navigate({ to: "/dashboards/$dashboardId", params: { dashboardId: made.id } });
    },
  });
  const action = mayEdit && (
    <Button leftSection={<IconPlus size={16} />} loading={make.isPending} onClick={() => make.mutate()}>
      {m.dashboards.make}
    </Button>
  );
  return (
    <Page wide title={m.nav.dashboards} lead={m.dashboards.lead} actions={action}>
      <FailureNote error={make.error} />
      {found.isError && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Waiting lines={4} />}
      {found.data?.items.length === 0 && <Empty icon={IconLayoutDashboard} title={m.dashboards.none} lead={m.dashboards.noneLead} />}
      <div className={css.cards}>
        {found.data?.items.map((each) => (
          <Link key={each.id} to="/dashboards/$dashboardId" params={{ dashboardId: each.id }} className={css.card}>
            <Text fw={600}>{each.name}</Text>
            <Text size="sm" c="dimmed">
              {each.description || m.dashboards.tiles(each.tiles.length)}
            </Text>
            <Text size="xs" c="dimmed">
              {m.dashboards.changed(f.ago(each.updated_at))}
            </Text>
          </Link>
        ))}
      </div>
    </Page>
  );
}
