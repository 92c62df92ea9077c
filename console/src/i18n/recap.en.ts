/** Strings of a conversation's recap. */

export const recap = {
  title: "Recap",
  of: (title: string) => `“${title}” in short`,
  summary: "What a model says of it",
  lines: "Turn by turn",
  byRules: "By rules",
  byRulesLead: "What was asked, and the first sentence of each answer. No model is asked for it.",
  byModel: (name: string) => `By the model ${name}`,
  byModelLead: "Each sentence is held against the turns that it names.",
  turn: (n: number) => `Go to turn ${n}`,
  writing: "If the workspace has a model for it, it is summing up …",
  again: "Write it anew",
  copySummary: "Copy what the model says",
  copyLines: "Copy the lines",
  noModel: "No model has summed it up: the workspace has none for recaps, or what it wrote was not borne out.",
  setModel: "An alias named “recaps” sets one.",
  empty: "Nothing to recap yet",
  emptyLead: "Once a question of this conversation has an answer, it is told here in short.",
  warnings: {
    models_away: "No model could write it just now. The lines are by rule.",
    unsupported_removed: "Sentences of the model that the conversation does not say were left out.",
  } as Record<string, string>,
};
