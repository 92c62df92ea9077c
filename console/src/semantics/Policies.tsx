/** Who reads which rows of a table, and who sees which of its columns. Administrators decide it. */
import { ActionIcon, Group, MultiSelect, Select, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useMessages } from "../i18n/messages";
import { attributesOf, fieldsFor, freeName, tagsOf } from "./filters";
import type { Dataset, Model } from "./model";
import { Parts, RemovePart } from "./Parts";
import css from "./semantics.module.css";

type Policy = Model["policies"][number];
type Hidden = Model["hidden_fields"][number];
type Audience = NonNullable<Policy["except_for"]>;

const ROLES = ["owner", "admin", "editor", "viewer"] as const;
const STEWARDS: Audience = { roles: ["owner", "admin"], attributes: {} };

interface Props {
  model: Model;
  dataset: Dataset;
  change: (model: Model) => void;
}

export function Policies({ model, dataset, change }: Props) {
  const m = useMessages();
  const words = m.semantics.policies;
  const fields = fieldsFor(model, dataset.name);
  const put = (name: string, part: Partial<Policy>) => change({ ...model, policies: model.policies.map((each) => (each.name === name ? { ...each, ...part } : each)) });
  const add = () => {
    const name = freeName("policy", model.policies.map((each) => each.name));
    const field = dataset.fields.find((each) => each.role === "dimension") ?? dataset.fields[0];
    if (field === undefined) return;
    change({ ...model, policies: [...model.policies, { name, dataset: dataset.name, field: field.name, attribute: field.name, except_for: STEWARDS, description: "" }] });
  };
  return (
    <Parts words={words} lead={words.lead} add={add}>
      <Stack gap="xs">
        {model.policies
          .filter((each) => each.dataset === dataset.name)
          .map((policy) => (
            <div key={policy.name} className={css.part} role="group" aria-label={words.one(policy.name)}>
              <Group grow align="flex-start" preventGrowOverflow={false} gap="xs">
                <Select miw={140} searchable allowDeselect={false} label={words.field} data={known(fields, policy.field)} value={policy.field} onChange={(field) => put(policy.name, { field: field ?? policy.field })} />
                <TextInput miw={140} label={words.attribute} description={m.workspace.attributeShape} value={policy.attribute} onChange={(event) => put(policy.name, { attribute: event.currentTarget.value })} />
              </Group>
              <AudienceFields label={words.exceptFor} audience={policy.except_for ?? STEWARDS} put={(except_for) => put(policy.name, { except_for })} />
              <RemovePart label={words.remove} remove={() => change({ ...model, policies: model.policies.filter((each) => each.name !== policy.name) })} />
            </div>
          ))}
      </Stack>
      <HiddenFields model={model} dataset={dataset} change={change} />
    </Parts>
  );
}

function HiddenFields({ model, dataset, change }: Props) {
  const m = useMessages();
  const words = m.semantics.policies;
  const own = (each: Hidden) => each.dataset === dataset.name;
  const hidden = model.hidden_fields.filter(own);
  const free = dataset.fields.filter((field) => !hidden.some((each) => each.field === field.name));
  const put = (field: string, part: Partial<Hidden>) => change({ ...model, hidden_fields: model.hidden_fields.map((each) => (own(each) && each.field === field ? { ...each, ...part } : each)) });
  const label = (name: string) => dataset.fields.find((each) => each.name === name)?.label ?? name;
  return (
    <>
      <Text fw={600} mt="md" mb={4}>
        {words.hidden}
      </Text>
      <Text size="sm" c="dimmed" mb="xs">
        {words.hiddenLead}
      </Text>
      <Stack gap="xs">
        {hidden.map((each) => (
          <div key={each.field} className={css.part} role="group" aria-label={words.hiddenOne(label(each.field))}>
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm">{label(each.field)}</Text>
              <ActionIcon variant="subtle" color="gray" aria-label={words.show(label(each.field))} onClick={() => change({ ...model, hidden_fields: model.hidden_fields.filter((other) => other !== each) })}>
                <IconX size={16} />
              </ActionIcon>
            </Group>
            <AudienceFields label={words.visibleTo} audience={each.visible_to ?? STEWARDS} put={(visible_to) => put(each.field, { visible_to })} />
          </div>
        ))}
        <Select
          searchable
          label={words.hide}
          placeholder={words.hidePlaceholder}
          value={null}
          data={free.map((field) => ({ value: field.name, label: field.label }))}
          onChange={(field) => field !== null && change({ ...model, hidden_fields: [...model.hidden_fields, { dataset: dataset.name, field, visible_to: STEWARDS }] })}
        />
      </Stack>
    </>
  );
}

function known(fields: readonly { value: string; label: string }[], value: string): { value: string; label: string }[] {
  const choices = fields.map(({ value: name, label }) => ({ value: name, label }));
  return choices.some((each) => each.value === value) ? choices : [...choices, { value, label: value }];
}

function AudienceFields({ label, audience, put }: { label: string; audience: Audience; put: (audience: Audience) => void }) {
  const m = useMessages();
  return (
    <Group grow align="flex-start" preventGrowOverflow={false} gap="xs">
      <MultiSelect
        miw={140}
        label={label}
        value={[...(audience.roles ?? [])]}
        onChange={(roles) => put({ ...audience, roles: roles as Audience["roles"] })}
        data={ROLES.map((value) => ({ value, label: m.workspace.roles[value] }))}
      />
      <TagsInput
        miw={140}
        label={m.semantics.policies.orAttributes}
        placeholder="team=board"
        acceptValueOnBlur
        value={tagsOf(audience)}
        onChange={(tags) => put({ ...audience, attributes: attributesOf(tags) })}
      />
    </Group>
  );
}
