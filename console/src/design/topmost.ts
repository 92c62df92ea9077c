/** Which of several dialogs, one above the other, hears what is meant for one of them. */

const LAYERS = '[role="dialog"], [role="menu"]';

/** Closes a drawer that lies below whatever else is open, but not by the Escape that closes what is above it: Mantine tells every open dialog of that. */
export function unlessBelow(close: () => void): () => void {
  return () => {
    if (document.querySelectorAll(LAYERS).length <= 1) close();
  };
}
