// A ready-made caller: does what its turns say, one after each prompt it waits for.

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const CODE = "{sms_code}";
const glob = (text) => new RegExp(`^${text.replace(/[.+^${}()|\\]/g, "\\$&").replace(/\*/g, ".*").replace(/\?/g, ".")}$`);

export class StandIn {
  // newestCode: () => the code of the newest text message, or undefined.
  constructor(caller, telephone, newestCode, tell) {
    this.turns = caller.turns.map((turn) => ({ ...turn, matches: glob(turn.when), used: false }));
    this.telephone = telephone;
    this.newestCode = newestCode;
    this.tell = tell;
    telephone.addEventListener("prompt", ({ detail }) => this.answer(detail.id));
  }

  async answer(prompt) {
    const turn = this.turns.find((each) => !each.used && each.matches.test(prompt));
    if (!turn) return;
    turn.used = true;
    await sleep(450);
    if (turn.hang_up) this.telephone.hangUp();
    let keys = turn.keys;
    while (keys.includes(CODE) && !this.telephone.over) {
      const code = await this.newestCode();
      if (code) keys = keys.replace(CODE, code);
      else await sleep(500);
    }
    if (this.telephone.over) return;
    if (turn.sounds.length) this.tell(turn.words || "…");
    for (const sound of turn.sounds) this.telephone.say(sound);
    for (const key of keys) {
      this.telephone.press(key);
      await sleep(240);
    }
  }
}
