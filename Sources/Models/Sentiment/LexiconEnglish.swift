// English opinion words as shoppers write them, by strength. Written for this house; order within a line means nothing.
// Words are lower case without apostrophes, as the text recipe folds them; `_` joins the words of a phrase.

extension Lexicon {
    static let english: [(strength: Float, words: String)] = [
        (
            1.0,
            """
            amazing awesome excellent outstanding perfect superb fantastic wonderful brilliant phenomenal exceptional
            flawless magnificent terrific marvelous fabulous stunning incredible extraordinary masterpiece best
            perfection perfectly flawlessly love loved loves loving adore adored unbeatable splendid spectacular
            superbly wonderfully brilliantly beautifully exquisite breathtaking highly_recommend highly_recommended
            must_have must_buy must_see could_not_be_happier couldnt_be_happier could_not_be_better couldnt_be_better
            cant_go_wrong five_stars blown_away works_perfectly works_great fits_perfectly love_it love_this
            absolutely_love totally_love well_worth hands_down_the_best best_ever top_notch first_rate world_class
            second_to_none exceeded_my_expectations exceeds_expectations dream_come_true game_changer gem a_gem
            """
        ),
        (
            0.75,
            """
            great beautiful gorgeous delightful delighted impressive impressed thrilled happy happier happiest pleased
            superior remarkable ideal lovely elegant enjoyable enjoyed enjoy enjoying enjoys favorite favourite fav
            faves recommend recommended recommending recommends impeccable seamless seamlessly excited exciting
            awesomely reliable dependable durable sturdy comfy comfortable comfortably flattering flatters stylish
            charming fun entertaining hilarious captivating compelling touching powerful genius talented masterful
            memorable winner blessing bargain steal priceless glad grateful thankful thanks pleasure satisfying
            satisfied satisfies satisfaction enthusiastic ecstatic cherish treasure wow yay yummy delicious tasty
            scrumptious adorable cute cutest pretty prettier prettiest beauty cozy soft softest luxurious cool coolest
            crisp vivid responsive rugged robust well_made well_built well_designed well_constructed well_written
            well_acted good_quality high_quality great_quality great_value good_value great_price good_price
            easy_to_use easy_setup easy_to_install easy_to_set works_well work_well works_fine fits_well fits_great
            true_to_size very_comfortable so_comfortable super_soft so_soft so_cute very_happy so_happy very_pleased
            very_satisfied so_far_so_good no_complaints no_problems no_issues no_problem without_problems
            not_disappointed wont_be_disappointed not_be_disappointed never_disappoints cant_complain cannot_complain
            can_not_complain would_buy_again will_buy_again buy_another buying_another bought_another ordered_another
            ordered_two bought_two worth_every_penny worth_every worth_it worth_the_money worth_the_price glad_i
            so_glad compliments many_compliments lots_of_compliments
            """
        ),
        (
            0.5,
            """
            good nice nicely better improved improvement improves improve improving helpful helps helped useful handy
            convenient convenience conveniently easy easily easier effortless simple simplicity smooth smoothly quick
            quickly fast faster fastest speedy prompt promptly efficient efficiently effective effectively affordable
            inexpensive reasonable reasonably valuable worth worthwhile worthy quality solid sharp clear clearer
            clearly crystal bright brightly accurate accurately precise precisely exact secure securely safe safely
            clean neat tidy fresh light lightweight compact portable versatile flexible strong stronger sleek slim
            attractive classy fashionable modern trendy chic feminine gracious polite friendly courteous professional
            attentive knowledgeable kind generous honest trustworthy supportive welcoming warm smart clever
            intelligent innovative intuitive creative original authentic genuine interesting intriguing engaging
            fascinating insightful thoughtful inspiring inspired refreshing relaxing peaceful calm successful
            successfully success succeed works worked functional upgrade upgraded appreciate appreciated appreciates
            admire praise praised compliment complimented bonus benefit benefits beneficial advantage advantages plus
            pros perks satisfactory suitable suits suited fits fit properly correctly well like liked likes smile
            smiles smiling laugh laughed laughing funny humor humorous witty sweet tender romantic joy joyful
            heartwarming sincere pleasant pleasantly pleasing stable steady sufficient ample plenty spacious roomy
            breathable stretchy cushioned rich vibrant colorful balanced loud_and_clear loud_enough long_lasting lasts
            lasted holds_up held_up holding_up holds_charge long_battery stays_in_place sounds_great sound_great
            looks_great look_great feels_great feel_great looks_good look_good sounds_good feels_good good_job
            great_job nice_job does_the_job does_its_job gets_the_job as_described as_advertised as_expected
            as_promised on_time arrived_early right_size right_length good_buy great_buy great_product good_product
            great_phone great_sound good_sound great_service good_service thank_you no_trouble no_hassle hassle_free
            trouble_free stress_free pain_free scratch_free pleasantly_surprised happy_with pleased_with
            satisfied_with impressed_with big_fan a_must a_blast a_breeze a_snap a_plus looking_forward 👍 ❤ 💕 💖 💗 💜 💙
            💚 💛 🧡 😍 🥰 😘 😊 😁 😀 😃 😄 😆 🙂 😉 😎 🤩 🥳 👏 🙌 💯 🔥 ✨ 🌟 🎉 ☺ 👌 ✔ ✅ 😋 🤗
            """
        ),
        (
            0.25,
            """
            decent fine okay ok alright adequate acceptable fair fairly passable tolerable enough unique different
            surprised surprisingly surprise basic classic casual dressy matches matched match always every definitely
            absolutely extremely truly everyone everywhere family wife husband daughter son gift birthday christmas
            favor favorites new instantly perfectly_fine learning discover explore free extra also bluetooth_works
            still_works still_going still_use use_it_daily everyday daily hope hopeful hoping trust trusted relief
            relieved relieves bravo kudos congrats cheers
            """
        ),
        (
            -0.3,
            """
            expensive pricey costly overpriced average mediocre meh lacking lacks lack lacked unfortunately however
            sadly issue issues concern concerns concerned flaw flaws minor drawback drawbacks downside downsides con
            cons complaint complaints complain complained limited limitation tight tighter loose looser heavy heavier
            bulky thin thinner flimsy long_wait slow slower slowly slowest noisy loud scratchy itchy stiff rough
            wrinkled wrinkles boxy baggy shapeless frumpy unflattering faded fades fading shrink shrinks shrunk
            shrinking pilling pilled snag snags snagged sheer see_through unclear confusing confused confuse
            complicated difficult difficulty difficulties hard harder tricky awkward clumsy inconvenient hassle fiddly
            picky boring bored dull bland predictable generic plain forgettable repetitive cliche cliched cheesy corny
            silly slow_paced dragged drags shallow weak weaker uneven odd oddly weird strange strangely unusual
            questionable doubtful skeptical suspicious uncertain unsure doubt but although though except instead
            wished wish guess supposed supposedly apparently thought_it expected maybe perhaps somewhat barely hardly
            almost nearly only_problem only_complaint only_issue only_downside sent_back sending_back send_it_back
            going_back too_small too_big too_large too_tight too_short too_long too_thin too_heavy too_expensive
            too_loud too_low too_slow too_much too_many runs_small runs_large runs_big not_sure not_what not_as
            not_for_me not_so not_very not_enough not_too not_quite not_really would_not 😕 😐 😑 😒 🙁 ☹ 😬 🤔 😴
            """
        ),
        (
            -0.6,
            """
            bad poor poorly worse unhappy dissatisfied unsatisfied dissatisfying unsatisfactory disappointing
            disappointed disappoint disappoints disappointment disappointingly annoying annoyed annoys annoyance
            frustrating frustrated frustration frustrates irritating irritated uncomfortable discomfort painful pain
            hurt hurts problem problems problematic trouble troubles troublesome fail fails failed failing failure
            failures error errors bug bugs buggy glitch glitches glitchy crash crashes crashed crashing freeze freezes
            froze frozen lag lags laggy lagging disconnect disconnects disconnected disconnecting drops dropped
            dropping malfunction malfunctions malfunctioning malfunctioned unreliable unstable inconsistent inaccurate
            incorrect incorrectly wrong wrongly mistake mistakes misleading misled mislead deceptive inferior lousy
            shoddy cheaply crappy tacky ugly unattractive hideous fugly smelly smells stinks stink stinky stench odor
            dirty filthy stained stain stains damaged damage damages defect defects defective faulty fault faults
            broken broke breaks breaking break cracked crack cracks cracking tore torn tear tears ripped rip rips
            ripping hole holes unraveled unraveling frayed leaking leak leaks leaked leaky bent scratched scratches
            dented chipped peeled peeling peels rusted rust mold moldy melted burned burnt overheats overheating
            overheated dead dies died dying quit quits stopped stops missing lost incomplete wasted waste unusable
            unplayable unwearable unacceptable unimpressed unimpressive underwhelming overrated overhyped lame
            pathetic sloppy careless rude unprofessional unhelpful impolite arrogant ignorant ignored ignore ignores
            delayed delay delays late overdue refund refunded return returned returning returns replaced replacement
            cancel cancelled canceled exchange regret regrets regretted sorry sick nausea headache headaches allergic
            rash toxic harmful dangerous unsafe hazard hazardous wouldnt_recommend dont_recommend not_recommend
            not_recommended cannot_recommend cant_recommend not_worth not_good not_great not_happy not_satisfied
            not_impressed not_comfortable not_like not_work not_working not_fit not_worth_it not_flattering
            not_recommend_this no_good didnt_like dont_like didnt_work doesnt_work wont_work isnt_worth
            wasnt_impressed did_not_work does_not_work do_not_work will_not_work did_not_like does_not_fit didnt_fit
            doesnt_fit stopped_working quit_working never_worked wont_charge doesnt_hold wont_stay falls_apart
            fell_apart falling_apart fell_off falls_off came_off falls_out fall_out came_apart comes_off let_down
            letdown look_elsewhere buyer_beware beware poor_quality bad_quality low_quality cheap_quality
            cheap_material looks_cheap look_cheap feels_cheap felt_cheap looked_cheap cheaply_made poorly_made
            poor_sound bad_sound poor_reception bad_reception poor_service bad_service low_volume hard_to difficult_to
            short_battery wrong_size wrong_color wrong_item no_sound no_support no_help didnt_help doesnt_help
            not_help no_longer wish_i_had wish_i_hadnt gave_up give_up gave_away plot_holes bad_acting poor_acting
            bad_script no_plot stupid dumb ridiculous absurd nonsense pointless meaningless senseless tedious tiresome
            unbearable unwatchable annoyingly awkwardly lacking_in unbelievably_bad unconvincing unfunny amateurish
            contrived pretentious bore snooze trite flop mess messy cheated angry mad upset furious upsetting hate_how
            👎 😞 😔 😟 😣 😖 😫 😩 😢 😭 😤 😠 😡 🤬 💔 🤢 🤮 😷 😓 😥 🙄 ❌ 💩
            """
        ),
        (
            -1.0,
            """
            terrible awful horrible horrendous horrid atrocious dreadful abysmal appalling disgusting disgusted worst
            useless worthless garbage trash junk crap rubbish scam scammed scammer fraud fraudulent fake counterfeit
            ripoff rip_off ripped_off lies liar lied lying dishonest hate hated hates hating despise loathe disaster
            disastrous catastrophe nightmare horrifying insulting insult disgrace disgraceful shameful shame pitiful
            miserable miserably unforgivable inexcusable outrageous infuriating repulsive revolting vile gross nasty
            sucks sucked suck sux terribly horribly awfully stay_away steer_clear avoid_this avoid_at do_not_buy
            dont_buy do_not_waste dont_waste not_buy never_buy never_again never_order never_buying waste_of_money
            waste_of_time waste_of waste_your waste_my wasted_my wasted_money complete_waste total_waste money_back
            want_my_money throw_away threw_it threw_away thrown_away in_the_trash in_the_garbage zero_stars
            piece_of_crap piece_of_junk piece_of_garbage piece_of_trash false_advertising bait_and_switch worst_ever
            the_worst absolute_worst very_disappointed so_disappointed extremely_disappointed very_disappointing
            big_disappointment huge_disappointment total_disappointment avoid avoided
            """
        ),
    ]

    /// They turn what follows within three words around; those of the text recipe and the forms it need not know.
    static let englishNegators = """
        not no never none nobody nothing neither nor nowhere cannot cant dont doesnt didnt isnt arent wasnt werent
        wont wouldnt couldnt shouldnt hasnt havent hadnt aint without hardly barely
        """

    /// They make what follows count more, or less.
    static let englishDegrees: [(factor: Float, words: String)] = [
        (
            1.3,
            """
            very really so extremely absolutely totally completely incredibly super truly highly too especially
            exceptionally insanely ridiculously amazingly utterly
            """
        ),
        (0.6, "slightly somewhat fairly kinda sorta little bit rather mildly partly moderately"),
    ]

    /// What stands behind them is meant more than what stands before.
    static let englishTurns = "but however yet although though except unfortunately"
}
