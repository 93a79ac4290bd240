extension ReviewText {
    static let english = Bank(
        openings: [
            "Bought this # for my sister last month", "We have had the # for two weeks now", "My second # from this shop",
            "Ordered on Monday and it came on Thursday", "I needed a # for the new flat", "This was a present for my father",
            "Replaced my old # after eight years", "Read the other reviews before I ordered", "Used it every day since it came",
            "The # arrived in a plain box", "Picked this one because of the colour", "I had seen it at a friend's place",
        ],
        praise: [
            "the quality is * good for this price", "it does what it promises and looks * nice", "I have no complaints so far",
            "the finish feels * solid in the hand", "not bad at all, far better than I feared",
            "nobody at home wants to use another one", "it was packed with care and nothing was damaged",
            "the size fits as described, nothing to send back", "it never lets me down, even after heavy use",
            "delivery was * quick and the courier friendly", "it is * comfortable and does not get in the way",
            "I could not find a single fault", "the colour is * beautiful, just like in the picture",
            "it is hard to imagine the kitchen without it", "cleaning takes a minute, no trouble whatsoever",
            "the material is * pleasant and does not smell", "support answered within an hour and was * helpful",
            "I doubted it at first and was wrong to", "you will not regret spending the money",
            "it works * well and makes hardly any noise", "the children love it and so do I",
            "setting it up was * easy, no manual needed",
        ],
        blame: [
            "the quality is * poor for this price", "it does not do what it promises", "I cannot say that it is good",
            "the finish feels * cheap and one corner was broken", "not worth the money, not even half of it",
            "nobody at home wants to use it", "it was badly packed and arrived with scratches",
            "the size is nothing like the description", "it stopped working after a few days of light use",
            "delivery took * long and nobody told me why", "it is * uncomfortable and always in the way",
            "I could not find anything to like about it", "the colour is * dull, nothing like the picture",
            "it would be hard to find a worse one", "cleaning it is a nuisance every single time",
            "the material smells and feels * rough", "support never answered, so no help there",
            "I hoped it would get better, it did not", "you will regret spending the money",
            "it hardly works and is * noisy", "the children lost interest and I am * disappointed",
            "setting it up was a pain and the manual is no help",
        ],
        goodVerdicts: [
            "Would buy it again without a second thought", "Five minutes in I was happy", "Recommended, and I am not easy to please",
            "Already ordered another one for my office", "Cannot fault it", "Keep it up", "My friends want one too now",
            "Glad that I did not take the dearer one",
        ],
        badVerdicts: [
            "Would not buy it again", "It is going straight back", "I want my money back", "Never again, sorry",
            "Save yourself the trouble", "Not recommended, whatever the stars above say", "I expected more, a lot more",
            "Take the dearer one instead",
        ],
        doubts: [
            "All in all neither here nor there", "I keep it, but I am not sure why", "Fine for a guest room, not for every day",
            "You get what you pay for", "Might buy again if it were cheaper", "It will do until I find another",
        ],
        intensifiers: ["really", "very", "so", "quite", "extremely", "surprisingly", "truly", "rather"],
        and: " and ", but: ", although ", stop: ". ")
}
