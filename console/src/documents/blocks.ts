/** A document's text cut into blocks to draw, each knowing its place: `text.slice(start, end)` is the block. */
import type { DocumentText } from "../api/schema";

export interface Span {
  start: number;
  end: number;
}

export interface Block extends Span {
  /** 1 to 6 for a heading; 0 for text. */
  level: number;
  /** The page that begins with this block; null for all others. */
  page: number | null;
}

/** A part of a long text by its own offsets: those of its pages and headings begin at the part, as its text does. */
export function windowOf(part: DocumentText): DocumentText {
  const inside = <T extends Span>(span: T): T => ({ ...span, start: Math.max(0, span.start - part.start), end: Math.min(part.text.length, span.end - part.start) });
  return part.start === 0 && part.end === part.total ? part : { ...part, pages: part.pages.map(inside), headings: part.headings.map(inside) };
}

/** Paragraphs and headings in order, with the pages' beginnings. Blank lines are left out. */
export function blocksOf(document: Pick<DocumentText, "text" | "pages" | "headings">): Block[] {
  const { text } = document;
  const cuts = new Set([0, text.length]);
  for (const heading of document.headings) cuts.add(heading.start).add(heading.end);
  for (const page of document.pages) cuts.add(page.start);
  for (const match of text.matchAll(/\n[ \t]*\n/g)) cuts.add(match.index + match[0].length);
  const places = [...cuts].filter((place) => place >= 0 && place <= text.length).sort((a, b) => a - b);
  const levels = new Map(document.headings.map((heading) => [heading.start, heading.level]));
  const pages = document.pages.length > 1 ? new Map(document.pages.map((page) => [page.start, page.number])) : new Map<number, number>();
  const blocks: Block[] = [];
  let page: number | null = null;
  for (const [index, start] of places.slice(0, -1).entries()) {
    const end = places[index + 1]!;
    page = pages.get(start) ?? page;
    const trimmed = trim(text, { start, end });
    if (trimmed.start >= trimmed.end) continue;
    blocks.push({ ...trimmed, level: levels.get(start) ?? 0, page });
    page = null;
  }
  return blocks;
}

function trim(text: string, { start, end }: Span): Span {
  const from = /^[ \t]*\n/;
  while (start < end && from.test(text.slice(start, end))) start += from.exec(text.slice(start, end))![0].length;
  while (end > start && /\s/.test(text[end - 1]!)) end -= 1;
  return { start, end };
}

/** Where the words stand, without regard to case; at most `most` places. */
export function occurrences(text: string, words: string, most = 500): Span[] {
  const wanted = words.toLowerCase();
  if (wanted.trim() === "") return [];
  const within = text.toLowerCase();
  // A letter whose lower case is longer would move what follows; then the text is searched as it stands.
  const searched = within.length === text.length ? within : text;
  const found: Span[] = [];
  for (let at = searched.indexOf(wanted); at !== -1 && found.length < most; at = searched.indexOf(wanted, at + wanted.length)) {
    found.push({ start: at, end: at + wanted.length });
  }
  return found;
}

export interface Piece {
  text: string;
  /** The marks that cover the piece, by their place in the list. */
  mark: number | null;
}

/** The text of a block cut where marks begin and end. Of marks that overlap the first counts. */
export function piecesOf(text: string, block: Span, marks: readonly Span[]): Piece[] {
  const pieces: Piece[] = [];
  let at = block.start;
  const within = marks.map((mark, index) => ({ ...mark, index })).filter((mark) => mark.start < block.end && mark.end > block.start).sort((a, b) => a.start - b.start);
  for (const mark of within) {
    const start = Math.max(mark.start, at);
    const end = Math.min(mark.end, block.end);
    if (end <= start) continue;
    if (start > at) pieces.push({ text: text.slice(at, start), mark: null });
    pieces.push({ text: text.slice(start, end), mark: mark.index });
    at = end;
  }
  if (at < block.end) pieces.push({ text: text.slice(at, block.end), mark: null });
  return pieces;
}
