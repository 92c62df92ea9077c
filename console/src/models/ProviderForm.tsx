/** A provider with its models, new or to be changed. Its key goes in and never comes out. */
import { Checkbox, PasswordInput, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, read } from "../api/client";
import type { ModelIn, ProviderOut } from "../api/schema";
import { DialogButtons } from "../design/DialogButtons";
import { FailureNote } from "../design/Failure";
import { useSending } from "../design/sending";
import { useMessages } from "../i18n/messages";
import { useModelsChanged } from "./names";

const KINDS = ["openai", "anthropic", "gemini"];

export function ProviderForm({ provider, close }: { provider?: ProviderOut; close: () => void }) {
  const m = useMessages();
  const changed = useModelsChanged();
  const [form, setForm] = useState({
    name: provider?.name ?? "",
    kind: provider?.kind ?? "openai",
    base_url: provider?.base_url ?? "",
    api_key: "",
    models: (provider?.models ?? []).map(({ name }) => name).join(", "),
  });
  const [withoutKey, setWithoutKey] = useState(false);
  const put = (name: keyof typeof form) => (value: string | null) => setForm((now) => ({ ...now, [name]: value ?? "" }));
  const send = () => {
    const { name, kind, base_url } = form;
    const models = modelsOf(form.models, provider);
    if (provider === undefined) return read(api.POST("/api/v1/providers", { body: { name, kind, base_url, api_key: form.api_key || null, models } as never }));
    const key = withoutKey ? { api_key: null } : form.api_key !== "" ? { api_key: form.api_key } : {};
    return read(api.PATCH("/api/v1/providers/{provider_id}", { params: { path: { provider_id: provider.id } }, body: { name, base_url, models, ...key } }));
  };
  const save = useSending(send, () => {
    changed();
    close();
  });
  return (
    <form onSubmit={save.submit}>
      <Stack>
        <TextInput data-autofocus required label={m.name_} value={form.name} onChange={(event) => put("name")(event.currentTarget.value)} />
        {provider === undefined && <Select label={m.models.protocol} allowDeselect={false} value={form.kind} onChange={put("kind")} data={KINDS} />}
        <TextInput label={m.models.address} placeholder="https://" value={form.base_url} onChange={(event) => put("base_url")(event.currentTarget.value)} />
        <PasswordInput
          label={m.models.key}
          description={provider?.has_key ? m.models.keyKept(provider.key_ending ?? "") : undefined}
          disabled={withoutKey}
          autoComplete="new-password"
          value={form.api_key}
          onChange={(event) => put("api_key")(event.currentTarget.value)}
        />
        {provider?.has_key && <Checkbox label={m.models.removeKey} checked={withoutKey} onChange={(event) => setWithoutKey(event.currentTarget.checked)} />}
        <TextInput label={m.models.modelNames} description={m.models.modelNamesHint} value={form.models} onChange={(event) => put("models")(event.currentTarget.value)} />
        <FailureNote error={save.error} />
        <DialogButtons busy={save.busy} close={close} {...(provider === undefined && { action: m.add })} />
      </Stack>
    </form>
  );
}

/** The models that are named; those that were there stay as they are configured. */
function modelsOf(names: string, provider: ProviderOut | undefined): ModelIn[] {
  return names
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((name) => {
      const known = provider?.models.find((each) => each.name === name);
      if (known === undefined) return { name };
      const { price, ...rest } = known;
      if (price === null) return rest;
      const { version: _, ...figures } = price;
      return { ...rest, price: figures };
    });
}
