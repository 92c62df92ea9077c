/** Keeps the focus where the person was. What has it may go away: a dialog that is closed, a row that is deleted, a field in
 * the place of a name. The browser then gives it to nobody, and the next key goes nowhere. Here it goes back to what had it
 * before, to what took the place of the row, or to the page itself where that has changed. */
import { useEffect } from "react";

/** Where an element stood: its ancestors from the nearest, with its place among the children of each. */
export interface Stand {
  element: HTMLElement;
  above: readonly { node: Element; index: number }[];
  path: string;
}

const REMEMBERED = 12;
/** Dialogs give the focus back by themselves within this time, and fields take it as they appear. */
const SETTLED_MS = 60;
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])";
const PAGE = "content";

export function standOf(element: HTMLElement): Stand {
  const above = [];
  for (let child: Element = element; child.parentElement !== null; child = child.parentElement) {
    above.push({ node: child.parentElement, index: [...child.parentElement.children].indexOf(child) });
  }
  return { element, above, path: location.pathname };
}

/** What should have the focus when the newest of these, which had it last, is gone; null without any. */
export function heir(stands: readonly Stand[]): HTMLElement | null {
  for (const stand of stands) {
    if (isUsable(stand.element)) return stand.element;
    if (stand.path !== location.pathname) return document.getElementById(PAGE);
    const beside = inPlaceOf(stand);
    if (beside !== null) return beside;
  }
  return document.getElementById(PAGE);
}

/** What now is where the element was: in its row, in the next one, or in the one before. */
function inPlaceOf({ above }: Stand): HTMLElement | null {
  for (const { node, index } of above) {
    // Layers hang on the body itself: what is beside them has nothing to do with them.
    if (!node.isConnected) continue;
    if (node.matches("body, html, #root, [data-portal]")) return null;
    const children = [...node.children];
    for (const child of [...children.slice(index), ...children.slice(0, index).reverse()]) {
      const found = [child, ...child.querySelectorAll(FOCUSABLE)].find((each) => each.matches(FOCUSABLE) && isUsable(each as HTMLElement));
      if (found !== undefined) return found as HTMLElement;
    }
  }
  return null;
}

function isUsable(element: HTMLElement): boolean {
  if (!element.isConnected || element.matches(":disabled") || element.getClientRects().length === 0) return false;
  const dialogs = document.querySelectorAll("[aria-modal='true']");
  return dialogs.length === 0 || [...dialogs].some((dialog) => dialog.contains(element));
}

export function useFocusKept(): void {
  useEffect(() => {
    // A field that takes the focus as the page appears had it before this listens.
    const first = document.activeElement;
    let stands: readonly Stand[] = first instanceof HTMLElement && first !== document.body ? [standOf(first)] : [];
    let timer: number | undefined;
    const note = ({ target }: FocusEvent) => {
      if (!(target instanceof HTMLElement) || target === document.body) return;
      stands = [standOf(target), ...stands.filter((each) => each.element !== target)].slice(0, REMEMBERED);
    };
    const isLost = () => (document.activeElement === null || document.activeElement === document.body) && stands[0]?.element.isConnected === false;
    const look = () => {
      if (timer !== undefined || !isLost()) return;
      timer = window.setTimeout(() => {
        timer = undefined;
        if (isLost()) heir(stands)?.focus({ preventScroll: true });
      }, SETTLED_MS);
    };
    const observer = new MutationObserver(look);
    observer.observe(document.body, { childList: true, subtree: true });
    document.addEventListener("focusin", note);
    return () => {
      window.clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("focusin", note);
    };
  }, []);
}
