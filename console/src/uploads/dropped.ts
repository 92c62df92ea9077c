/** The files of what was let go over the page: folders are opened, as deep as they go. */

export interface Dropped {
  files: File[];
  /** Whether a folder or a file in one could not be read. */
  incomplete: boolean;
}

/** Asks for the entries before it gives way: a browser forgets them once the event is over. */
export async function droppedFiles(items: Iterable<DataTransferItem>): Promise<Dropped> {
  const roots = [...items].filter((item) => item.kind === "file").map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  const all: Dropped = { files: [], incomplete: false };
  for (const { entry, file } of roots) {
    // A file that a script has put there has no entry.
    if (entry !== null && isFolder(entry)) await walk(entry, all);
    else if (file !== null) all.files.push(file);
  }
  return all;
}

async function walk(folder: FileSystemDirectoryEntry, all: Dropped): Promise<void> {
  try {
    for (const entry of await entriesOf(folder)) {
      // What a file manager leaves behind, such as .DS_Store, and what a person has hidden.
      if (entry.name.startsWith(".")) continue;
      if (isFolder(entry)) await walk(entry, all);
      else all.files.push(await fileOf(entry as FileSystemFileEntry));
    }
  } catch {
    all.incomplete = true;
  }
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** A reader gives some entries at a time, and none when it is through. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all.sort((one, other) => one.name.localeCompare(other.name));
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
