import { LineCounter, parseDocument } from 'yaml';
import { StepIds } from '../stepIds.ts';
import { faultInCron } from './cron.ts';
import {
  localHost,
  type Environment,
  type Host,
  type Module,
  type Pipeline,
  type Script,
  type Step,
  type Task,
} from './model.ts';
import { Problems } from './problems.ts';
import { readSsh, readSudo } from './readRemote.ts';
import { YamlReader, type Place } from './yamlReader.ts';

const pipelineKeys = ['name', 'cron', 'enabled', 'env', 'hosts', 'pre', 'modules', 'post'] as const;
const moduleKeys = ['name', 'enabled', 'pre', 'tasks', 'post'] as const;
const taskKeys = ['name', 'hosts', 'concurrency', 'ignoreError', 'failFast', 'steps'] as const;
const stepKeys = ['name', 'run', 'check', 'env', 'directory', 'sudo', 'timeout', 'ignoreError'] as const;
const hostKeys = ['name', 'ssh', 'sshOptions', 'env', 'directory'] as const;

const defaultConcurrency = 10;

/** Reads a pipeline. Throws an `invalidRequest` that tells everything that is wrong, each with file, line and column. */
export function readPipeline(file: string, text: string): Pipeline {
  const problems = new Problems(file, text);
  const document = parseDocument(text, {
    lineCounter: new LineCounter(),
    prettyErrors: false,
    keepSourceTokens: false,
  });
  for (const { pos, code, message } of document.errors)
    problems.add(
      pos[0],
      code === 'MULTIPLE_DOCS' ? 'a file holds one pipeline; move this one to a file of its own' : message,
    );
  problems.throwIfAny();
  const pipeline = new PipelineReader(new YamlReader(document, problems)).pipeline();
  problems.throwIfAny();
  return pipeline;
}

class PipelineReader {
  readonly #yaml: YamlReader;
  readonly #hosts = new Map<string, Host>();
  readonly #ids = new StepIds();
  #steps = 0;

  constructor(yaml: YamlReader) {
    this.#yaml = yaml;
  }

  pipeline(): Pipeline {
    const root = this.#yaml.root();
    const fields = this.#yaml.fields(root, 'a pipeline', pipelineKeys) ?? new Map<string, Place>();
    this.#readHosts(fields.get('hosts'));
    const cron = this.#cron(fields.get('cron'));
    return {
      name: this.#name(root, fields, 'the pipeline'),
      ...(cron !== undefined && { cron }),
      enabled: this.#flag(fields.get('enabled'), '"enabled"', true),
      environment: this.#environment(fields.get('env')),
      pre: this.#hook(fields.get('pre'), ['pre']),
      modules: this.#modules(root, fields.get('modules')),
      post: this.#hook(fields.get('post'), ['post']),
    };
  }

  #modules(root: Place, place: Place | undefined): Module[] {
    const places = this.#filled(root, place, 'modules', 'the pipeline');
    return this.#named(places, 'module', (module) => this.#module(module));
  }

  #module(place: Place): Module {
    const fields = this.#yaml.fields(place, 'a module', moduleKeys) ?? new Map<string, Place>();
    const name = this.#name(place, fields, 'a module');
    const tasks = this.#filled(place, fields.get('tasks'), 'tasks', `module "${name}"`);
    return {
      name,
      enabled: this.#flag(fields.get('enabled'), '"enabled"', true),
      pre: this.#hook(fields.get('pre'), [name, 'pre']),
      tasks: this.#named(tasks, 'task', (task) => this.#task(task, name)),
      post: this.#hook(fields.get('post'), [name, 'post']),
    };
  }

  #task(place: Place, module: string): Task {
    const fields = this.#yaml.fields(place, 'a task', taskKeys) ?? new Map<string, Place>();
    const name = this.#name(place, fields, 'a task');
    const concurrency = fields.get('concurrency');
    const steps = this.#filled(place, fields.get('steps'), 'steps', `task "${name}"`);
    return {
      name,
      hosts: this.#taskHosts(fields.get('hosts')),
      concurrency: (concurrency && this.#yaml.count(concurrency, '"concurrency"')) ?? defaultConcurrency,
      ignoreError: this.#flag(fields.get('ignoreError'), '"ignoreError"', false),
      failFast: this.#flag(fields.get('failFast'), '"failFast"', true),
      steps: steps.map((step) => this.#step(step, [module, name])),
    };
  }

  #hook(place: Place | undefined, path: readonly string[]): Step[] {
    if (!place) return [];
    return this.#yaml.list(place, `"${path.at(-1) ?? ''}"`).map((step) => this.#step(step, path));
  }

  #step(place: Place, path: readonly string[]): Step {
    const fields = this.#yaml.fields(place, 'a step', stepKeys) ?? new Map<string, Place>();
    const name = this.#name(place, fields, 'a step');
    const [run, check, directory, timeout] = (['run', 'check', 'directory', 'timeout'] as const).map((key) =>
      fields.get(key),
    );
    if (!run && fields.size > 0) this.#yaml.problem(place, `step "${name}" needs "run": what is to be run`);
    const checked = check && this.#script(check, '"check"');
    const inDirectory = directory && this.#yaml.text(directory, '"directory"');
    const inTime = timeout && this.#yaml.duration(timeout, '"timeout"');
    const sudo = readSudo(this.#yaml, fields.get('sudo'));
    return {
      id: this.#ids.idFor(name),
      order: ++this.#steps,
      name,
      path,
      run: (run && this.#script(run, '"run"')) ?? '',
      ...(checked !== undefined && { check: checked }),
      environment: this.#environment(fields.get('env')),
      ...(inDirectory !== undefined && { directory: inDirectory }),
      ...(sudo && { sudo }),
      ...(inTime !== undefined && { timeout: inTime }),
      ignoreError: this.#flag(fields.get('ignoreError'), '"ignoreError"', false),
    };
  }

  #readHosts(place: Place | undefined): void {
    if (!place) return;
    for (const host of this.#filled(place, place, 'hosts', 'the pipeline')) {
      const read = this.#host(host);
      if (read.name === '') continue;
      if (this.#hosts.has(read.name)) this.#yaml.problem(host, `there is a host "${read.name}" already`);
      this.#hosts.set(read.name, read);
    }
  }

  #host(place: Place): Host {
    if (this.#yaml.isText(place)) return { name: this.#yaml.text(place, "a host's name") ?? '', environment: {} };
    const fields = this.#yaml.fields(place, 'a host', hostKeys) ?? new Map<string, Place>();
    const directory = fields.get('directory');
    const inDirectory = directory && this.#yaml.text(directory, '"directory"');
    const name = this.#name(place, fields, 'a host');
    const ssh = readSsh(this.#yaml, name, fields.get('ssh'), fields.get('sshOptions'));
    return {
      name,
      ...(ssh && { ssh }),
      environment: this.#environment(fields.get('env')),
      ...(inDirectory !== undefined && { directory: inDirectory }),
    };
  }

  #taskHosts(place: Place | undefined): Host[] {
    if (!place) return this.#hosts.size > 0 ? [...this.#hosts.values()] : [localHost];
    const hosts = new Map<string, Host>();
    for (const item of this.#filled(place, place, 'hosts', 'a task')) {
      const name = this.#yaml.text(item, "a host's name");
      if (name === undefined) continue;
      const host = this.#hosts.get(name) ?? (name === localHost.name ? localHost : undefined);
      if (!host)
        this.#yaml.problem(
          item,
          `there is no host "${name}"; there is ${[...this.#hosts.keys(), localHost.name].join(', ')}`,
        );
      else if (hosts.has(name)) this.#yaml.problem(item, `host "${name}" is named twice`);
      else hosts.set(name, host);
    }
    return [...hosts.values()];
  }

  #cron(place: Place | undefined): string | undefined {
    const cron = place && this.#yaml.text(place, '"cron" (five fields between quotes, such as "30 4 * * *")');
    const fault = cron === undefined ? undefined : faultInCron(cron);
    if (place && fault !== undefined) this.#yaml.problem(place, `"cron": ${fault}`);
    return cron;
  }

  #script(place: Place, what: string): Script | undefined {
    if (!this.#yaml.isList(place))
      return this.#yaml.text(place, `${what} (a script, or a list of command and arguments)`);
    const [command, ...rest] = this.#yaml
      .list(place, what)
      .map((item) => this.#yaml.word(item, `each part of ${what}`) ?? '');
    if (command !== undefined) return [command, ...rest];
    this.#yaml.problem(place, `expected ${what} to name a command, found an empty list`);
    return undefined;
  }

  #environment(place: Place | undefined): Environment {
    const entries = (place && this.#yaml.entries(place, '"env"')) ?? [];
    for (const [key, , offset] of entries)
      if (!/^[A-Za-z_]\w*$/.test(key))
        this.#yaml.problem({ node: undefined, offset }, `"${key}" is no name of a variable: letters, digits and _`);
    return Object.fromEntries(entries.map(([key, value]) => [key, this.#yaml.word(value, `"${key}"`) ?? '']));
  }

  #name(place: Place, fields: ReadonlyMap<string, Place>, what: string): string {
    const name = fields.get('name');
    if (name) return this.#yaml.text(name, `the name of ${what}`) ?? '';
    if (fields.size > 0) this.#yaml.problem(place, `${what} needs a "name"`);
    return '';
  }

  #flag(place: Place | undefined, what: string, otherwise: boolean): boolean {
    return (place && this.#yaml.flag(place, what)) ?? otherwise;
  }

  /** The items of a list that must be there and must not be empty. */
  #filled(around: Place, place: Place | undefined, key: string, what: string): Place[] {
    if (!place) {
      if (this.#yaml.isMap(around)) this.#yaml.problem(around, `${what} needs "${key}"`);
      return [];
    }
    const items = this.#yaml.list(place, `"${key}"`);
    if (items.length === 0 && this.#yaml.isList(place)) this.#yaml.problem(place, `"${key}" of ${what} is empty`);
    return items;
  }

  #named<T extends { readonly name: string }>(places: readonly Place[], what: string, read: (place: Place) => T): T[] {
    const names = new Set<string>();
    return places.map((place) => {
      const item = read(place);
      if (item.name !== '' && names.has(item.name))
        this.#yaml.problem(place, `there is a ${what} "${item.name}" already`);
      names.add(item.name);
      return item;
    });
  }
}
