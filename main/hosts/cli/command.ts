import { type Argument, Command, CommanderError, InvalidArgumentError, type Option } from 'commander';
import type { Message } from '../../../contract/basics';
import { inEnglish, say, sentencesOf, type Translator } from '../../../text/message';
import { meant } from '../../nearest';
import { BadArgument } from '../arguments';

/** A command that reports usage errors in the user's language. commander itself only has English messages. */
export class LocalizedCommand extends Command {
  readonly #translator: Translator;

  constructor(name: string, translator: Translator) {
    super(name);
    this.#translator = translator;
  }

  override createCommand(name = ''): LocalizedCommand {
    return new LocalizedCommand(name, this.#translator);
  }

  /** Throws a usage error. The text is in the user's language, the record for programs in English. */
  refuse(...reason: readonly Message[]): never {
    const { outputError, writeErr } = this.configureOutput();
    outputError!(`error: ${this.#translator.sentences(reason)}\n`, writeErr!);
    throw new CommanderError(1, 'emulsion.usage', sentencesOf(reason, inEnglish()));
  }

  // commander calls the methods below, but does not document them for overriding.

  missingArgument(name: string): never {
    return this.refuse(say('cli.usage.missingArgument', { name }));
  }

  optionMissingArgument({ flags }: Option): never {
    return this.refuse(say('cli.usage.missingValue', { option: flags }));
  }

  missingMandatoryOptionValue({ flags }: Option): never {
    return this.refuse(say('cli.usage.missingOption', { option: flags }));
  }

  _conflictingOption({ flags }: Option, other: Option): never {
    return this.refuse(say('cli.usage.conflict', { option: flags, other: other.flags }));
  }

  unknownOption(flag: string): never {
    const known = this.createHelp()
      .visibleOptions(this)
      .flatMap(({ long }) => long ?? []);
    return this.refuse(say('cli.usage.unknownOption', { option: flag }), ...meant(flag, known));
  }

  unknownCommand(): never {
    const name = this.args[0] ?? '';
    const known = this.commands.map((each) => each.name());
    return this.refuse(say('cli.usage.unknownCommand', { name }), ...meant(name, known));
  }

  _excessArguments(received: readonly string[]): void {
    const { length: most } = this.registeredArguments;
    // Excess arguments are all accepted if the command allows them.
    if ((this as unknown as { _allowExcessArguments: boolean })._allowExcessArguments) return;
    this.refuse(say('cli.usage.tooMany', { count: most, surplus: received.slice(most).join(' ') }));
  }

  _callParseArg(target: Option | Argument, value: string, previous: unknown): unknown {
    try {
      return target.parseArg!(value, previous as string);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      const name = 'flags' in target ? target.flags : target.name();
      const choices = target.argChoices?.join(', ') ?? '';
      const why = error instanceof BadArgument ? error.reason : [say('cli.usage.choices', { choices })];
      return this.refuse(say('cli.usage.badValue', { value, name }), ...why);
    }
  }
}
