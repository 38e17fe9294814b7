#include "datasets/synthetic_word_lists.h"

namespace headscope {
namespace {

constexpr ClassWords kClasses[] = {
    {"cook", "person",
     "cook baker chef waiter:m waitress:f butcher host:m hostess:f grocer brewer caterer server "
     "barmaid:f innkeeper",
     "hungry greedy plump messy thirsty", "", "snack feast dine toast", "from:building with:dish",
     "", "food drink dish", "building"},
    {"sailor", "person",
     "sailor guide captain fisherman/fishermen:m pilot diver mermaid:f rower skipper swimmer "
     "pirate admiral helmsman/helmsmen:m lifeguard",
     "brave seasick sunburnt bearded tattooed", "", "swim*/swam/swum dive fish row",
     "from:water with:boat", "", "boat water", "boat"},
    {"farmer", "person",
     "farmer gardener shepherd:m shepherdess:f hunter peasant milkmaid:f rancher picker beekeeper "
     "woodcutter florist herder",
     "muddy sturdy tanned humble rural", "", "hunt toil camp", "from:land with:beast", "",
     "plant beast land", "plant"},
    {"scholar", "person",
     "judge teacher student writer poet scholar editor lawyer reader pupil librarian professor "
     "schoolboy:m schoolgirl:f critic clerk",
     "wise clever curious learned absent-minded", "", "study lecture think/thought argue",
     "from:building with:text", "", "text idea", "building"},
    {"artist", "person",
     "singer dancer actor:m actress:f drummer painter fiddler clown juggler pianist musician "
     "composer flutist sculptor",
     "famous talented vain graceful dramatic", "", "dance sing/sang/sung perform rehearse",
     "from:show with:instrument", "", "instrument show", "show"},
    {"healer", "person",
     "nurse doctor patient surgeon midwife/midwives:f pharmacist dentist healer monk:m nun:f "
     "therapist medic",
     "gentle calm pale patient feverish", "", "cough sneeze faint recover",
     "from:building with:illness", "", "illness drug"},
    {"builder", "person",
     "builder worker carpenter driver mechanic blacksmith plumber miner engineer mason "
     "foreman/foremen:m roofer welder seamstress:f tailor",
     "strong skilled tired dusty busy", "", "work sweat labor hammer", "from:building with:tool",
     "", "tool machine material vehicle building", "material"},
    {"ruler", "person",
     "guard king:m queen:f prince:m princess:f merchant soldier duke:m duchess:f banker mayor "
     "knight:m lord:m lady:f baron:m countess:f",
     "rich proud noble cruel powerful", "", "rule march fight/fought conquer",
     "from:land with:treasure", "", "treasure building land"},
    {"family", "person",
     "mother:f father:m brother:m sister:f aunt:f uncle:m boy:m girl:f son:m daughter:f "
     "grandmother:f grandfather:m cousin nephew:m niece:f widow:f neighbor child/children",
     "young little kind naughty lonely", "", "play nap* giggle cry", "from:building with:clothing",
     "", "clothing furniture room beast"},
    {"beast", "animal",
     "dog cat horse cow goat pig hen duck donkey sheep/sheep pony lamb rabbit goose/geese ox/oxen "
     "calf/calves kitten puppy rooster mule",
     "tame woolly spotted loyal stubborn furry",
     "train feed/fed brush pet* saddle milk ride/rode/ridden shear groom walk",
     "bark graze gallop bleat purr trot* moo sniff", "from:land in:building",
     "in:building beside:plant", ""},
    {"game", "animal",
     "wolf/wolves bear fox deer/deer lion tiger eagle owl hawk snake squirrel moose/moose boar "
     "badger leopard crow hare otter",
     "wild fierce hungry sly dangerous shy",
     "hunt trap* chase shoot/shot track spot* scare_away frighten look@at stare@at",
     "howl growl prowl hide/hid/hidden roar hiss pounce", "from:land with:bodypart",
     "in:land near:water", ""},
    {"food", "substance",
     "bread~ soup~ cake cheese~ pie apple fish/fish rice~ meat~ egg sandwich pear potato/potatoes "
     "stew~ carrot cookie sausage onion pancake tomato/tomatoes plum noodle cherry pudding~",
     "fresh sweet ripe salty sour tasty crisp",
     "cook eat/ate/eaten dish_up bake fry slice chop* taste peel chew serve swallow season devour",
     "rot* spoil burn simmer sizzle", "from:building with:food", "in:room with:dish on:furniture",
     "", "plant food"},
    {"drink", "substance",
     "drink water~ tea~ wine~ milk~ coffee~ beer~ juice~ cocktail lemonade~ cider~ syrup~ cocoa~ "
     "punch~ whiskey~ potion",
     "cold hot bitter strong sugary weak",
     "drink/drank/drunk pour water sip* brew spill stir* gulp_down fill_up sweeten",
     "boil foam leak evaporate", "from:building in:dish", "in:room into:dish", "", "food plant"},
    {"dish", "object",
     "cup plate bowl pan pot knife/knives spoon fork bottle glass jar kettle dish mug tray bucket "
     "basket barrel",
     "clean empty dirty chipped round shallow",
     "wash rinse dry stack fill wipe scrub* break/broke/broken drop* put_away*/put/put",
     "shatter clatter overflow rattle", "of:drink of:food with:food", "in:room with:material", "",
     "material"},
    {"tool", "object",
     "hammer saw drill nail rope rake shovel ax ladder wrench screw brush axe chisel pump hook "
     "plow chain screwdriver hoe",
     "sharp blunt rusty handy heavy",
     "sharpen swing/swung hold/held grip* lift pick_up put_down*/put/put borrow lend/lent grab* "
     "reach@for",
     "rust slip* bend/bent snap*", "of:material with:material", "in:building with:tool", "",
     "material"},
    {"material", "substance",
     "iron~ wood~ stone~ gold~ clay~ steel~ copper~ paper~ sand~ brick plank silver~ marble~ "
     "cement~ tile leather~ wax~",
     "hard solid raw smooth shiny brittle",
     "hammer saw/sawed/sawn melt forge bend/bent cut*/cut/cut mold carve drill weld grind/ground "
     "mine",
     "crack melt harden crumble", "from:land for:building", "with:tool in:machine", ""},
    {"vehicle", "object",
     "train car truck coach bus wagon bicycle taxi cart tractor van ambulance motorcycle sled "
     "carriage trolley scooter",
     "fast noisy crowded slow reliable",
     "drive/drove/driven park repair steer crash tow speed_up slow_down rent wait@for",
     "stall skid* honk swerve brake stop*", "from:building with:machine", "to:building along:land",
     "", "material food"},
    {"boat", "object",
     "sail ship boat ferry raft canoe yacht vessel submarine lifeboat anchor tugboat kayak steamer "
     "barge gondola",
     "wooden seaworthy sleek leaky swift",
     "sail row launch paddle anchor moor board sink/sank/sunk steer load",
     "sink/sank/sunk drift float capsize dock", "with:material on:water", "across:water to:land",
     "", "material water"},
    {"water", "place",
     "river lake sea ocean pond stream bay canal lagoon harbor waterfall swamp gulf reef channel "
     "creek",
     "deep calm stormy blue icy shallow",
     "cross bridge sail@across swim*/swam/swum@in drain pollute splash@into fish@in",
     "flow freeze/froze/frozen rise/rose/risen flood ripple", "near:land beside:building",
     "with:boat in:time", ""},
    {"land", "place",
     "farm field mountain hill valley forest island desert village road path meadow border cliff "
     "country plain cave canyon coast jungle",
     "steep distant green vast rocky foggy",
     "farm climb cross map* explore plow leave/left walk@through travel@to conquer",
     "erode stretch lie/lay/lain", "near:water with:plant", "with:beast in:time", "", "plant"},
    {"building", "place",
     "house store school bank church castle tower hotel museum palace market factory temple "
     "library barn cottage station hospital mill prison",
     "tall ancient grand abandoned ruined sturdy",
     "paint build/built store@in guard demolish rebuild/rebuilt heat visit enter burn_down "
     "tear_down/tore/torn own",
     "collapse burn stand/stood close open", "near:land beside:water with:room",
     "with:material in:land", "", "material land"},
    {"room", "place",
     "kitchen room garden bedroom hall cellar office attic bathroom studio classroom yard porch "
     "lobby balcony pantry basement corridor",
     "cozy bright narrow spacious tidy",
     "clean sweep/swept decorate furnish tidy_up lock leave/left dust hide/hid/hidden@in "
     "sleep/slept@in",
     "echo darken flood", "with:furniture in:building", "with:tool in:time", "",
     "treasure furniture"},
    {"plant", "plant",
     "plant tree flower rose bush grass~ oak tulip vine fern crop herb lily cactus daisy hedge "
     "orchid weed seedling willow",
     "leafy thorny wild fragrant blooming",
     "plant water prune pick dig_up*/dug/dug trim* cut_down*/cut/cut harvest grow/grew/grown weed "
     "uproot",
     "grow/grew/grown bloom wither sprout droop", "in:room beside:building", "with:tool in:room",
     "", "room land"},
    {"clothing", "object",
     "dress button coat shirt hat shoe scarf/scarves suit skirt glove sock belt jacket boot "
     "sweater uniform cloak apron robe vest",
     "warm woolen elegant ragged striped loose",
     "button wear/wore/worn iron sew/sewed/sewn stitch fold put_on*/put/put take_off/took/taken "
     "knit* mend try_on dress@in",
     "shrink/shrank/shrunk fade unravel fit*/fit/fit", "of:material with:treasure",
     "in:room with:tool", "", "material"},
    {"instrument", "object",
     "piano drum guitar violin flute trumpet harp horn fiddle organ cello bell banjo clarinet "
     "accordion tuba lute whistle",
     "loud melodious tuneful antique hollow",
     "play tune strum* practice blow/blew/blown listen@to perform@on pluck",
     "sound ring/rang/rung squeak hum*", "of:material from:building", "at:show in:room", "",
     "material"},
    {"text", "object",
     "report book record letter story poem novel note newspaper map essay article diary document "
     "page magazine manual dictionary print",
     "long boring printed secret famous handwritten",
     "record report read/read/read print write/wrote/written publish copy edit sign translate "
     "send/sent mail hand_in",
     "circulate fade appear vanish", "about:idea about:show", "in:room with:tool", "", "idea show"},
    {"idea", "abstract",
     "question answer plan problem idea rule dream law theory hope lesson promise fact claim fear "
     "secret truth theorem puzzle argument",
     "difficult simple absurd abstract brilliant vague",
     "answer question solve explain discuss understand/understood reject think/thought@about "
     "consider study defend",
     "matter arise/arose/arisen spread/spread/spread fail", "about:text about:treasure",
     "with:text in:time", "", "text"},
    {"show", "event",
     "play film dance show race concert party wedding match opera festival game fight parade "
     "ballet circus dinner contest ceremony",
     "lively long spectacular annual daily dull",
     "film watch attend win*/won organize cancel direct enjoy host lose/lost look_forward@to",
     "begin*/began/begun end start last finish", "in:building for:time",
     "in:building with:instrument", "", "instrument"},
    {"illness", "abstract",
     "cold fever cough wound headache cut infection flu toothache burn rash cancer fracture bruise "
     "sprain stomachache plague",
     "painful mild severe chronic contagious",
     "cure treat catch/caught suffer@from heal diagnose prevent complain@about",
     "worsen heal spread/spread/spread throb* itch", "from:game with:illness", "with:drug in:time",
     "", "bodypart"},
    {"drug", "substance",
     "pill medicine~ drug cream~ vaccine bandage ointment~ tablet vitamin dose antidote remedy "
     "powder~ lotion~",
     "effective expensive experimental herbal mild",
     "prescribe take/took/taken swallow administer apply recommend test inject run_out*/ran/run@of",
     "work dissolve expire", "for:illness from:plant", "with:drink in:time", "", "plant"},
    {"furniture", "object",
     "chair table bed desk lamp sofa shelf/shelves mirror cupboard bench carpet curtain stool "
     "clock drawer wardrobe pillow cradle",
     "comfortable soft antique low broken",
     "move arrange sit*/sat@on lie/lay/lain@on lean@against polish dust cover push_aside",
     "creak wobble sag* tilt", "in:room of:material", "in:room with:tool", "", "room material"},
    {"treasure", "object",
     "ring coin jewel necklace diamond crown prize gem gift bracelet pearl medal loan ruby emerald "
     "fortune brooch reward",
     "precious golden valuable stolen rare gleaming",
     "steal/stole/stolen sell/sold buy/bought hide/hid/hidden find/found count admire "
     "give_away/gave/given pay/paid@for trade",
     "sparkle glitter shine/shone disappear", "of:material from:building",
     "in:building in:furniture", "", "material"},
    {"machine", "object",
     "engine machine computer phone camera motor radio robot lock printer battery telescope "
     "telephone generator furnace heater",
     "modern electric automatic broken complicated",
     "fix install turn_on turn_off switch_off operate adjust oil design set_up*/set/set",
     "hum* tick explode overheat jam*", "with:material in:room", "in:building with:tool", "",
     "vehicle"},
    {"bodypart", "object", "scar tail claw wing tooth/teeth paw feather tusk beak mane stripe",
     "long sharp white bushy crooked", "lick scratch wag* show/showed/shown touch",
     "bleed/bled swell/swelled/swollen ache", "of:game", "in:land", ""},
    {"time", "time", "morning evening summer winter night spring autumn afternoon storm rain~",
     "early late cold warm", "", "pass arrive", "", "", ""},
};

constexpr GeneralWords kGeneral = {
    "Tom John Peter David Paul Mark Henry Adam Oscar Felix Martin Simon Hugo Victor Leo Arthur "
    "Frank Walter Ivan Carl Bruno Edgar Otto Jacob Samuel Daniel Robert Eric Albert Louis Omar "
    "Pablo Marco Igor Nils Kofi Hassan Ravi Kenji Diego",
    "Anna Mary Susan Julia Emma Clara Laura Alice Helen Nora Eva Rosa Diana Ruth Sarah Maria Irene "
    "Olga Vera Ingrid Martha Sophie Lucy Grace Ella Amelia Judith Greta Paula Lena Amina Yuki "
    "Carmen Fatima Priya Astrid Bianca Chloe Zoe Tamara",
    "old new late hard small big fast straight beautiful ugly strange nice large good bad tiny "
    "huge odd fine plain ordinary remarkable",
    "quick slow careful quiet loud happy angry sad eager nervous proud gentle rude brave patient "
    "polite sudden secret cheerful rough lazy skillful clumsy bold",
    "fast hard early late daily straight",
    "yesterday earlier recently once formerly",
    "today now currently nowadays",
    "tomorrow soon later tonight",
    "often always usually sometimes rarely never still seldom again",
    "very quite rather too extremely unusually",
    "walk rest sleep/slept smile laugh wait talk shout whisper travel sit_down*/sat/sat "
    "stand_up/stood/stood wake_up/woke/woken yawn sigh listen worry weep/wept tremble kneel/knelt "
    "run_away*/ran/run",
    "guard help nurse guide visit call greet thank follow love praise scold meet/met hug* trust "
    "teach/taught judge coach admire blame ignore warn talk@to smile@at laugh@at wait@for "
    "argue@with dance@with",
    "chase follow bite/bit/bitten watch attack lick kick scratch fight/fought",
    "say/said think/thought believe know/knew/known hope claim report fear notice hear/heard "
    "see/saw/seen admit* explain forget*/forgot/forgotten remember learn dream suspect",
    "want try need plan* hope like promise decide refuse begin*/began/begun start learn love "
    "hesitate prefer* manage agree",
    "ask tell/told force order teach/taught invite permit* command advise help persuade",
    "give/gave/given show/showed/shown send/sent offer bring/brought sell/sold lend/lent hand",
    "happy sad tired angry honest friendly quiet rude lazy nervous shy jealous elderly handsome "
    "cheerful",
    "morning evening summer winter night spring autumn afternoon storm rain"};

}  // namespace

std::span<const ClassWords> SyntheticClasses() { return kClasses; }

const GeneralWords& SyntheticGeneralWords() { return kGeneral; }

}  // namespace headscope
