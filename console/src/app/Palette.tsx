/** ⌘K: pages, documents and tables by name, or the text as a question. */
import { Modal, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { IconCornerDownLeft, IconMessageCircle, IconSearch } from "@tabler/icons-react";
import { useId, useState, type KeyboardEvent, type ReactNode } from "react";
import { useMessages } from "../i18n/messages";
import { findNamed, type Named } from "./finding";
import css from "./palette.module.css";
import { PLACES } from "./places";
import { useSession } from "./session";

interface Choice {
  key: string;
  group: string;
  label: string;
  icon: ReactNode;
  go: () => void;
}

export function Palette({ close }: { close: () => void }) {
  const m = useMessages();
  const session = useSession();
  const navigate = useNavigate();
  const listId = useId();
  const [text, setText] = useState("");
  const [picked, setPicked] = useState(0);
  const [settled] = useDebouncedValue(text.trim(), 120);
  const named = useQuery({ queryKey: ["library", "named", settled], queryFn: () => findNamed(settled), enabled: settled.length > 0 });

  const wanted = text.trim().toLowerCase();
  const found = wanted === "" ? [] : (named.data ?? []);
  const choiceOf = (each: Named): Choice => ({
    key: each.key,
    group: m.palette[each.group],
    label: each.label,
    icon: <each.icon size={18} stroke={1.6} />,
    go: () => void navigate(each.link),
  });
  const choices: Choice[] = [
    ...PLACES.filter((place) => (place.shown?.(session) ?? true) && m.nav[place.name].toLowerCase().includes(wanted)).map((place) => ({
      key: place.to,
      group: m.palette.pages,
      label: m.nav[place.name],
      icon: <place.icon size={18} stroke={1.6} />,
      go: () => void navigate({ to: place.to }),
    })),
    ...found.filter((each) => each.group !== "said").map(choiceOf),
  ];
  if (wanted !== "") {
    choices.push({
      key: "ask",
      group: m.nav.ask,
      label: m.palette.ask(text.trim()),
      icon: <IconMessageCircle size={18} stroke={1.6} />,
      go: () => void navigate({ to: "/", search: { q: text.trim() } }),
    });
  }
  // Below the question: what was once said with these words is not what Enter is pressed for.
  choices.push(...found.filter((each) => each.group === "said").map(choiceOf));
  const at = Math.min(picked, choices.length - 1);
  const run = (choice: Choice | undefined) => {
    if (choice === undefined) return;
    close();
    choice.go();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setPicked((at + 1) % choices.length);
    else if (event.key === "ArrowUp") setPicked((at - 1 + choices.length) % choices.length);
    else if (event.key === "Enter") run(choices[at]);
    else return;
    event.preventDefault();
  };

  return (
    <Modal.Root opened onClose={close} padding={0} size="36rem" yOffset="12vh" centered={false}>
      <Modal.Overlay backgroundOpacity={0.35} blur={2} />
      <Modal.Content aria-label={m.palette.title} radius="lg">
      <TextInput
        data-autofocus
        size="lg"
        variant="unstyled"
        className={css.input}
        leftSection={<IconSearch size={20} />}
        placeholder={m.palette.placeholder}
        aria-label={m.palette.title}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={choices[at] && `${listId}-${at}`}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setPicked(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id={listId} role="listbox" aria-label={m.palette.title} className={css.list}>
        {choices.map((choice, place) => (
          <div key={choice.key}>
            {choice.group !== choices[place - 1]?.group && (
              <Text className={css.group} aria-hidden>
                {choice.group}
              </Text>
            )}
            <div
              id={`${listId}-${place}`}
              role="option"
              aria-selected={place === at}
              className={css.choice}
              onMouseMove={() => setPicked(place)}
              onClick={() => run(choice)}
            >
              {choice.icon}
              <span className={css.label}>{choice.label}</span>
              {place === at && <IconCornerDownLeft size={14} aria-hidden />}
            </div>
          </div>
        ))}
      </div>
      <VisuallyHidden role="status">{choices.length}</VisuallyHidden>
      </Modal.Content>
    </Modal.Root>
  );
}
