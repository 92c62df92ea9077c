/** A new budget, or another limit of one: what it holds for, is fixed when it is made. */
import { NumberInput, Select, Stack, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../api/client";
import type { BudgetIn, BudgetOut } from "../api/schema";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { useSending } from "../design/sending";
import { useMessages } from "../i18n/messages";
import { MemberSelect } from "./MemberSelect";
import { useSubjects } from "./subjects";

const SUBJECTS = ["workspace", "member", "key"] as const;
const PERIODS = ["day", "month"] as const;
const MODES = ["hard", "soft"] as const;
type Kind = (typeof SUBJECTS)[number];

export function BudgetForm({ budget, close }: { budget?: BudgetOut; close: () => void }) {
  const m = useMessages();
  const queries = useQueryClient();
  const [terms, setTerms] = useState<Pick<BudgetOut, "period" | "mode">>({ period: budget?.period ?? "month", mode: budget?.mode ?? "hard" });
  const [limit, setLimit] = useState<number | string>(budget?.limit_usd ?? "");
  const [kind, setKind] = useState<Kind>("workspace");
  const [id, setId] = useState<string | null>(null);
  const [model, setModel] = useState("");
  const { keys } = useSubjects();
  const send = () => {
    const limit_usd = Number(limit);
    if (budget !== undefined) return read(api.PATCH("/api/v1/budgets/{budget_id}", { params: { path: { budget_id: budget.id } }, body: { limit_usd, mode: terms.mode } }));
    const body: BudgetIn = { ...terms, limit_usd, model: model.trim() || null, subject: { type: kind, id: kind === "workspace" ? null : id } };
    return read(api.POST("/api/v1/budgets", { body }));
  };
  const save = useSending(send, () => {
    void queries.invalidateQueries({ queryKey: ["budgets"] });
    close();
  });
  return (
    <form onSubmit={save.submit}>
      <Stack>
        {budget === undefined && (
          <>
            <Select
              label={m.usage.holdsFor}
              allowDeselect={false}
              value={kind}
              onChange={(value) => {
                setKind(value as Kind);
                setId(null);
              }}
              data={SUBJECTS.map((each) => ({ value: each, label: m.usage.subject[each] }))}
            />
            {kind === "member" && <MemberSelect label={m.usage.subject.member} value={id} choose={setId} />}
            {kind === "key" && <Select required searchable label={m.usage.subject.key} value={id} onChange={setId} data={keys} />}
            <TextInput label={m.models.model} description={m.usage.modelHint} value={model} onChange={(event) => setModel(event.currentTarget.value)} />
            <Select label={m.usage.period} allowDeselect={false} value={terms.period} onChange={(value) => setTerms({ ...terms, period: value as BudgetOut["period"] })} data={PERIODS.map((each) => ({ value: each, label: m.usage.per[each] }))} />
          </>
        )}
        <NumberInput data-autofocus required label={m.usage.limit} min={0} max={1_000_000_000} decimalScale={6} thousandSeparator={m.usage.thousands} decimalSeparator={m.usage.decimal} value={limit} onChange={setLimit} />
        <Select label={m.usage.whenUsed} allowDeselect={false} value={terms.mode} onChange={(value) => setTerms({ ...terms, mode: value as BudgetOut["mode"] })} data={MODES.map((each) => ({ value: each, label: m.usage.modesLong[each] }))} />
        <FailureNote error={save.error} />
        <DialogButtons busy={save.busy} disabled={limit === "" || (budget === undefined && kind !== "workspace" && id === null)} close={close} />
      </Stack>
    </form>
  );
}
