/** What a step makes of a draft; `back` to return to the last question, undefined to end it all. */
export type Stepped<Draft> = Draft | 'back' | undefined;

export interface Step<Draft> {
  /** False for what only works and asks nothing: going back passes over it. */
  readonly asks: boolean;
  applies(draft: Draft): boolean;
  run(draft: Draft, canGoBack: boolean): Promise<Stepped<Draft>>;
}

/** Goes through the steps that apply, back and forth. Undefined when the user went away, or back before the first. */
export async function takeSteps<Draft extends object>(
  steps: readonly Step<Draft>[],
  begun: Draft,
): Promise<Draft | undefined> {
  const trail: { readonly index: number; readonly draft: Draft }[] = [];
  let draft = begun;
  for (let index = 0; index < steps.length;) {
    const step = steps[index];
    if (!step?.applies(draft)) {
      index++;
      continue;
    }
    const stepped = await step.run(draft, trail.length > 0);
    if (stepped === undefined) return undefined;
    if (stepped === 'back') {
      const last = trail.pop();
      if (!last) return undefined;
      ({ index, draft } = last);
      continue;
    }
    if (step.asks) trail.push({ index, draft });
    draft = stepped;
    index++;
  }
  return draft;
}
