/** Which of several dialogs, one above the other, hears what is meant for one of them: Mantine tells each open one of every Escape. */

const LAYERS = '[role="dialog"], [role="alertdialog"], [role="menu"]';

/** What the Escape that is being told closes; null while none is. */
let meant: Element | null = null;

/** What lies above all else; null where nothing is open. Layers are appended to the page as they open. */
export function topmost(page: ParentNode): Element | null {
  return [...page.querySelectorAll(LAYERS)].at(-1) ?? null;
}

/** Notes what each Escape is meant for before any dialog hears of it: one may be gone when the next is told. */
export function watchEscape(): void {
  window.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Escape") return;
      meant = topmost(document);
      setTimeout(() => (meant = null));
    },
    { capture: true },
  );
}

/** Whether an Escape is being told that is meant for what lies above this dialog. */
export function liesBelow(dialog: Element | null): boolean {
  return meant !== null && dialog !== null && !dialog.contains(meant);
}

/** Closes a drawer that lies below whatever else is open, but not by the Escape that closes what is above it. */
export function unlessBelow(close: () => void): () => void {
  return () => {
    if (document.querySelectorAll(LAYERS).length <= 1) close();
  };
}
