import {
  QuickInputButtons,
  window,
  workspace,
  type Disposable,
  type InputBox,
  type QuickPick,
  type QuickPickItem,
} from 'vscode';
import { Disposables } from '../../base/disposables.ts';
import type { Answer, Asking, InputQuestion, PickQuestion } from './asking.ts';

/** Asks in the editor's own boxes. They stay when the focus goes: a token is often fetched from elsewhere. */
export const quickInputs: Asking = {
  pick: askToPick,
  input: askForInput,
  async file(title) {
    const [chosen] = (await window.showOpenDialog({ title, canSelectMany: false })) ?? [];
    return chosen?.fsPath;
  },
  async folder(title) {
    const defaultUri = workspace.workspaceFolders?.[0]?.uri;
    const options = { title, canSelectMany: false, canSelectFiles: false, canSelectFolders: true };
    const [chosen] = (await window.showOpenDialog({ ...options, ...(defaultUri && { defaultUri }) })) ?? [];
    return chosen?.fsPath;
  },
};

interface Item<T> extends QuickPickItem {
  readonly value: T;
}

async function askToPick<T>({ title, prompt, choices, canGoBack }: PickQuestion<T>): Promise<Answer<T>> {
  const box = window.createQuickPick<Item<T>>();
  box.items = choices.map(({ label, detail, value }) => ({ label, value, ...(detail !== undefined && { detail }) }));
  box.placeholder = prompt;
  return asked(box, { title, canGoBack }, (answer) =>
    box.onDidAccept(() => {
      const [chosen] = box.selectedItems;
      if (chosen) answer(chosen.value);
    }),
  );
}

async function askForInput(question: InputQuestion): Promise<Answer<string>> {
  const box = window.createInputBox();
  box.prompt = question.prompt;
  box.placeholder = question.placeholder;
  box.value = question.value ?? '';
  box.password = question.secret ?? false;
  const typing = box.onDidChangeValue(() => {
    box.validationMessage = undefined;
  });
  try {
    return await asked(box, question, (answer) =>
      box.onDidAccept(() => {
        box.validationMessage = question.check(box.value);
        if (box.validationMessage === undefined) answer(box.value);
      }),
    );
  } finally {
    typing.dispose();
  }
}

/** Shows a box until it is answered, left, or gone back from. */
async function asked<T>(
  box: InputBox | QuickPick<Item<T>>,
  { title, canGoBack }: { readonly title: string; readonly canGoBack: boolean },
  listen: (answer: (value: T) => void) => Disposable,
): Promise<Answer<T>> {
  const { promise, resolve } = Promise.withResolvers<Answer<T>>();
  const listening = new Disposables();
  box.title = title;
  box.ignoreFocusOut = true;
  box.buttons = canGoBack ? [QuickInputButtons.Back] : [];
  listening.add(listen((value) => resolve({ answer: value })));
  listening.add(box.onDidTriggerButton((button) => button === QuickInputButtons.Back && resolve('back')));
  listening.add(box.onDidHide(() => resolve(undefined)));
  box.show();
  try {
    return await promise;
  } finally {
    listening.dispose();
    box.dispose();
  }
}
