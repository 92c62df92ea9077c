/** How far the workspace's budgets are, and for administrators: new ones, other limits, and the end of one. */
import { ActionIcon, Badge, Button, Group, Menu, Progress, Stack, Text, Title } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { IconDots, IconPencil, IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { api, done, read } from "../api/client";
import type { BudgetOut } from "../api/schema";
import { Confirm } from "../design/Confirm";
import { Dialog } from "../design/Dialog";
import { Failure } from "../design/Failure";
import { useFormats, useMessages } from "../i18n/messages";
import { BudgetForm } from "./BudgetForm";
import { useSubjects } from "./subjects";

/** How often what is shown is asked for again, in milliseconds; not while the page is hidden. */
export const AGAIN_MS = 15_000;

export function Budgets() {
  const m = useMessages();
  const [adding, setAdding] = useState(false);
  const budgets = useQuery({ queryKey: ["budgets"], queryFn: () => read(api.GET("/api/v1/budgets", { params: { query: { limit: 100 } } })), refetchInterval: AGAIN_MS });
  return (
    <section>
      <Group justify="space-between" mb="sm">
        <Title order={2}>{m.usage.budgets}</Title>
        <Button size="xs" variant="default" leftSection={<IconPlus size={14} />} onClick={() => setAdding(true)}>
          {m.usage.addBudget}
        </Button>
      </Group>
      {budgets.isError && <Failure error={budgets.error} retry={() => void budgets.refetch()} />}
      {budgets.data?.items.length === 0 && (
        <Text c="dimmed" size="sm">
          {m.usage.noBudgets}
        </Text>
      )}
      <Stack>
        {budgets.data?.items.map((budget) => (
          <Budget key={budget.id} budget={budget} />
        ))}
      </Stack>
      <Dialog opened={adding} onClose={() => setAdding(false)} title={m.usage.addBudget} closeButtonProps={{ "aria-label": m.close }}>
        <BudgetForm close={() => setAdding(false)} />
      </Dialog>
    </section>
  );
}

const FULL = 0.8;

function Budget({ budget }: { budget: BudgetOut }) {
  const m = useMessages();
  const f = useFormats();
  const queries = useQueryClient();
  const { nameOf } = useSubjects();
  const [open, setOpen] = useState<"edit" | "delete" | null>(null);
  const close = () => setOpen(null);
  const share = budget.limit_usd === 0 ? 1 : budget.spent_usd / budget.limit_usd;
  const name = [nameOf(budget.subject), budget.model, m.usage.per[budget.period]].filter(Boolean).join(" · ");
  return (
    <div role="group" aria-label={name}>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Group gap="xs" style={{ minWidth: 0 }}>
          <Text size="sm" fw={550} style={{ overflowWrap: "anywhere" }}>
            {name}
          </Text>
          <Text size="sm">{m.usage.spent(f.money(budget.spent_usd), f.money(budget.limit_usd))}</Text>
          {budget.mode === "soft" && <Badge color="gray">{m.usage.modes.soft}</Badge>}
        </Group>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" aria-label={m.usage.budgetMenu(name)}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setOpen("edit")}>
              {m.edit}
            </Menu.Item>
            <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => setOpen("delete")}>
              {m.delete}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </Group>
      <Progress mt={4} value={Math.min(100, share * 100)} color={share >= 1 ? "red" : share > FULL ? "yellow" : "pine"} aria-label={name} />
      <Text size="xs" c="dimmed" mt={4}>
        {m.usage.resets(f.moment(budget.resets_at))}
      </Text>
      <Dialog opened={open === "edit"} onClose={close} title={name} closeButtonProps={{ "aria-label": m.close }}>
        <BudgetForm budget={budget} close={close} />
      </Dialog>
      {open === "delete" && (
        <Confirm
          title={m.usage.deleteBudget(name)}
          lead={m.usage.deleteBudgetLead}
          action={m.delete}
          name={name}
          act={async () => {
            await done(api.DELETE("/api/v1/budgets/{budget_id}", { params: { path: { budget_id: budget.id } } }));
            void queries.invalidateQueries({ queryKey: ["budgets"] });
          }}
          close={close}
        />
      )}
    </div>
  );
}
