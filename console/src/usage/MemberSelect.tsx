/** One of the members, looked for by name or address: there may be thousands. */
import { Select } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useState } from "react";
import { useMembersFound, useNames } from "../app/people";

interface Props {
  label: string;
  value: string | null;
  choose: (id: string | null) => void;
}

export function MemberSelect({ label, value, choose }: Props) {
  const [text, setText] = useState("");
  const nameOf = useNames();
  const chosen = nameOf(value);
  const [q] = useDebouncedValue(text === chosen ? "" : text.trim(), 200);
  const found = useMembersFound(q).map(({ id, name }) => ({ value: id, label: name }));
  const data = value === null || found.some((each) => each.value === value) ? found : [{ value, label: chosen ?? "" }, ...found];
  // What was found is what fits: an address is looked through too, and not shown.
  return <Select required searchable label={label} value={value} onChange={choose} searchValue={text} onSearchChange={setText} data={data} filter={({ options }) => options} />;
}
