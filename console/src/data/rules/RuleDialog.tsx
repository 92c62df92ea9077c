/** A rule, new or to be changed: a form for each kind. */
import { ActionIcon, Button, Group, Radio, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useState } from "react";
import type { FieldView } from "../../api/schema";
import { Dialog } from "../../design/Dialog";
import { DialogButtons } from "../../design/DialogButtons";
import { useMessages } from "../../i18n/messages";
import { BY, CHECKS, line, ruleOf, snakeCase, step, STEPS, type By, type Check, type Rule, type RuleForm, type Step, type StepName } from "./forms";
import { LinesEditor } from "./LinesEditor";

interface Props {
  form: RuleForm;
  fields: readonly FieldView[];
  isNew: boolean;
  done: (rule: Rule) => void;
  close: () => void;
}

interface PartProps {
  form: RuleForm;
  fields: readonly FieldView[];
  put: (part: Partial<RuleForm>) => void;
}

export function RuleDialog({ form: first, fields, isNew, done, close }: Props) {
  const m = useMessages();
  const [form, setForm] = useState(first);
  const put = (part: Partial<RuleForm>) => setForm((now) => ({ ...now, ...part }));
  const Part = { normalise: NormalisePart, derive: DerivePart, validate: ValidatePart }[form.kind];
  return (
    <Dialog opened onClose={close} size="lg" title={m.rules.titles[form.kind]} closeButtonProps={{ "aria-label": m.close }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          done(ruleOf(form));
        }}
      >
        <Stack>
          <Text size="sm" c="dimmed">
            {m.rules.leads[form.kind]}
          </Text>
          <Part form={form} fields={fields} put={put} />
          <DialogButtons action={isNew ? m.rules.add : m.rules.change} close={close} />
        </Stack>
      </form>
    </Dialog>
  );
}

function ColumnSelect({ label, value, fields, choose }: { label: string; value: string; fields: readonly FieldView[]; choose: (name: string) => void }) {
  const known = fields.some((each) => each.name === value) || value === "";
  const data = [...fields.map((each) => ({ value: each.name, label: each.label })), ...(known ? [] : [{ value, label: value }])];
  return <Select required searchable data-autofocus label={label} data={data} value={value || null} onChange={(name) => choose(name ?? "")} />;
}

function NormalisePart({ form, fields, put }: PartProps) {
  const m = useMessages();
  const change = (id: number, part: Partial<Step>) => put({ steps: form.steps.map((each) => (each.id === id ? { ...each, ...part } : each)) });
  return (
    <>
      <ColumnSelect label={m.rules.column} value={form.column} fields={fields.filter((each) => each.type === "string")} choose={(column) => put({ column })} />
      <Stack gap="xs" role="group" aria-label={m.rules.steps}>
        {form.steps.map((each, place) => (
          <div key={each.id}>
            <Group gap={6} wrap="nowrap" align="flex-end">
              <Select
                flex={1}
                allowDeselect={false}
                label={m.rules.step(place + 1)}
                value={each.name}
                onChange={(name) => change(each.id, { name: name as StepName })}
                data={[...STEPS, "map" as const].map((name) => ({ value: name, label: m.rules.stepNames[name] }))}
              />
              <ActionIcon variant="subtle" color="gray" size={36} disabled={form.steps.length === 1} aria-label={m.rules.removeStep(place + 1)} onClick={() => put({ steps: form.steps.filter((other) => other.id !== each.id) })}>
                <IconX size={16} />
              </ActionIcon>
            </Group>
            {each.name === "map" && <LinesEditor lines={each.lines} change={(lines) => change(each.id, { lines })} text={m.rules.text} />}
          </div>
        ))}
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} onClick={() => put({ steps: [...form.steps, step("upper")] })}>
          {m.rules.addStep}
        </Button>
      </Stack>
    </>
  );
}

function DerivePart({ form, fields, put }: PartProps) {
  const m = useMessages();
  return (
    <>
      <TextInput
        required
        data-autofocus
        label={m.rules.newColumn}
        description={form.label === "" ? undefined : m.rules.called(form.column || snakeCase(form.label))}
        value={form.label}
        onChange={(event) => put({ label: event.currentTarget.value })}
      />
      <ColumnSelect label={m.rules.source} value={form.source} fields={fields} choose={(source) => put({ source })} />
      <Radio.Group label={m.rules.by} value={form.by} onChange={(by) => put({ by: by as By, lines: [line()] })}>
        <Group gap="md" mt="xs">
          {BY.map((each) => (
            <Radio key={each} value={each} label={m.rules.byNames[each]} />
          ))}
        </Group>
      </Radio.Group>
      <LinesEditor
        lines={form.lines}
        change={(lines) => put({ lines })}
        text={{ lookup: m.rules.text, ranges: m.rules.atLeast, patterns: m.rules.pattern }[form.by]}
        {...(form.by === "ranges" && { below: m.rules.below })}
      />
      <TextInput label={m.rules.otherwise} description={m.rules.otherwiseLead} value={form.otherwise} onChange={(event) => put({ otherwise: event.currentTarget.value })} />
    </>
  );
}

function ValidatePart({ form, fields, put }: PartProps) {
  const m = useMessages();
  return (
    <>
      <ColumnSelect label={m.rules.column} value={form.column} fields={fields} choose={(column) => put({ column })} />
      <Select allowDeselect={false} label={m.rules.check} value={form.check} onChange={(check) => put({ check: check as Check })} data={CHECKS.map((each) => ({ value: each, label: m.rules.checkNames[each] }))} />
      {form.check === "pattern" && <TextInput required label={m.rules.pattern} description={m.rules.patternLead} value={form.pattern} onChange={(event) => put({ pattern: event.currentTarget.value })} />}
      {form.check === "range" && (
        <Group grow>
          <TextInput label={m.rules.minimum} inputMode="decimal" value={form.minimum} onChange={(event) => put({ minimum: event.currentTarget.value })} />
          <TextInput label={m.rules.maximum} inputMode="decimal" value={form.maximum} onChange={(event) => put({ maximum: event.currentTarget.value })} />
        </Group>
      )}
      {form.check === "one_of" && <TagsInput required acceptValueOnBlur label={m.rules.values} description={m.rules.valuesLead} value={form.values} onChange={(values) => put({ values })} />}
      <Radio.Group label={m.rules.action} value={form.action} onChange={(action) => put({ action: action as RuleForm["action"] })}>
        <Stack gap="xs" mt="xs">
          <Radio value="flag" label={m.rules.flag} />
          <Radio value="reject" label={m.rules.reject} />
        </Stack>
      </Radio.Group>
    </>
  );
}
