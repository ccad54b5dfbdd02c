//! What the videos of the pictures show: painted by ffmpeg, layer over layer, on 320 by 180 pixels.

use std::ops::Range;

/// A layer of a painting: where it is seen, by an expression of ffmpeg, and its colour there.
pub(super) struct Layer {
    place: &'static str,
    fill: Fill,
}

/// Red, green and blue.
type Colour = [u8; 3];

/// A colour, or two with what is between them, from one row down to another.
struct Fill {
    from: Colour,
    to: Colour,
    rows: Range<u32>,
}

fn flat(colour: Colour) -> Fill {
    down(colour, colour, 0..1)
}

fn down(from: Colour, to: Colour, rows: Range<u32>) -> Fill {
    Fill { from, to, rows }
}

fn all(fill: Fill) -> Layer {
    on("1", fill)
}

fn on(place: &'static str, fill: Fill) -> Layer {
    Layer { place, fill }
}

impl Fill {
    /// One of its three parts, as an expression.
    fn part(&self, part: usize) -> String {
        let (from, to) = (self.from[part], self.to[part]);
        if from == to {
            return from.to_string();
        }
        let Range { start, end } = self.rows;
        format!("{from}+({to}-{from})*clip((Y-{start})/({end}-{start}),0,1)")
    }
}

/// A film of it, as ffmpeg makes one: nothing in it moves.
pub(super) fn film(layers: &[Layer]) -> String {
    let part = |part| {
        let below = String::from("0");
        layers.iter().fold(below, |below, layer| {
            format!("if({},{},{below})", layer.place, layer.fill.part(part))
        })
    };
    let (red, green, blue) = (part(0), part(1), part(2));
    format!(
        "nullsrc=s=320x180:r=5:d=0.2,format=gbrp,geq=r='{red}':g='{green}':b='{blue}',\
         loop=loop=-1:size=1,scale=640:360"
    )
}

/// A ferry before the rising sun.
pub(super) fn ferry() -> Vec<Layer> {
    vec![
        all(down([24, 38, 78], [250, 178, 98], 0..112)),
        on("lt(hypot(X-214,Y-110),26)", flat([255, 228, 170])),
        on("gt(Y,112)", down([206, 132, 84], [22, 40, 72], 112..180)),
        on(
            "gt(Y,112)*lt(abs(X-214),6+(Y-112)/3)*lt(mod(Y+floor(X/9),5),3)",
            flat([255, 214, 150]),
        ),
        on(
            "between(X,60,150)*between(Y,100,114)+between(X,78,140)*between(Y,90,101)+between(X,92,104)*between(Y,78,91)",
            flat([20, 22, 34]),
        ),
        on(
            "between(Y,94,96)*between(X,82,136)*lt(mod(X,9),4)",
            flat([255, 220, 140]),
        ),
    ]
}

/// Masts before hills.
pub(super) fn harbour() -> Vec<Layer> {
    vec![
        all(down([142, 190, 222], [226, 238, 240], 0..100)),
        on("gt(Y,84+10*sin(X/29)+6*sin(X/11))", flat([96, 128, 134])),
        on("gt(Y,104)", down([46, 104, 132], [12, 52, 80], 104..180)),
        on("lt(mod(X,46),2)*between(Y,56,122)", flat([235, 235, 230])),
        on(
            "lt(abs(mod(X,46)-1),(122-Y)*-1+18)*between(Y,108,124)*0+between(Y,116,125)*lt(abs(mod(X,46)-2),20-(Y-116))",
            flat([232, 92, 70]),
        ),
    ]
}

/// Somebody beside a window.
pub(super) fn office() -> Vec<Layer> {
    vec![
        all(down([74, 52, 38], [38, 26, 20], 0..180)),
        on(
            "between(X,36,150)*between(Y,24,112)",
            down([188, 214, 222], [240, 226, 196], 24..112),
        ),
        on(
            "between(X,36,150)*between(Y,24,112)*(lt(abs(X-93),2)+lt(abs(Y-68),2))",
            flat([52, 36, 26]),
        ),
        on(
            "lt(hypot(X-226,Y-84),24)+lt(hypot((X-226)/1.5,Y-158),50)",
            flat([24, 30, 40]),
        ),
        on("lt(hypot(X-226,Y-86),20)", flat([196, 148, 112])),
    ]
}

/// Somebody who is asked something.
pub(super) fn first_take() -> Vec<Layer> {
    vec![
        all(down([34, 72, 84], [16, 34, 46], 0..180)),
        on(
            "lt(hypot(X-60,Y-60),44)",
            down([255, 236, 190], [34, 72, 84], 16..110),
        ),
        on("lt(hypot((X-190)/1.35,Y-172),62)", flat([214, 168, 70])),
        on("lt(hypot(X-190,Y-76),34)", flat([28, 20, 20])),
        on("lt(hypot((X-190)*1.12,Y-84),30)", flat([122, 78, 54])),
        on(
            "between(Y,78,82)*(lt(abs(X-190+11),4)+lt(abs(X-190-11),4))+between(Y,98,100)*lt(abs(X-190),9)",
            flat([40, 24, 22]),
        ),
    ]
}

/// And once more.
pub(super) fn second_take() -> Vec<Layer> {
    vec![
        all(down([60, 44, 74], [26, 18, 40], 0..180)),
        on(
            "lt(hypot(X-60,Y-60),44)",
            down([255, 236, 190], [60, 44, 74], 16..110),
        ),
        on("lt(hypot((X-150)/1.35,Y-172),62)", flat([214, 168, 70])),
        on("lt(hypot(X-150,Y-76),34)", flat([28, 20, 20])),
        on("lt(hypot((X-150)*1.12,Y-84),30)", flat([122, 78, 54])),
        on(
            "between(Y,78,82)*(lt(abs(X-150+11),4)+lt(abs(X-150-11),4))+between(Y,98,100)*lt(abs(X-150),9)",
            flat([40, 24, 22]),
        ),
    ]
}

/// Lanterns over stalls.
pub(super) fn stalls() -> Vec<Layer> {
    vec![
        all(down([16, 8, 36], [52, 20, 30], 0..180)),
        on("lt(hypot(X-40,Y-40),16)", flat([255, 170, 60])),
        on("lt(hypot(X-92,Y-24),10)", flat([255, 90, 80])),
        on("lt(hypot(X-140,Y-52),20)", flat([255, 206, 110])),
        on("lt(hypot(X-206,Y-30),13)", flat([120, 200, 255])),
        on("lt(hypot(X-262,Y-54),18)", flat([255, 130, 50])),
        on("lt(hypot(X-298,Y-22),9)", flat([255, 220, 150])),
        on("lt(hypot(X-66,Y-74),9)", flat([255, 80, 120])),
        on("lt(hypot(X-228,Y-78),11)", flat([255, 190, 80])),
        on(
            "gt(Y,118)*lt(mod(X,80),72)",
            down([120, 40, 32], [30, 12, 18], 118..180),
        ),
        on("between(Y,104,120)", flat([196, 52, 44])),
        on("between(Y,104,120)*lt(mod(X,40),20)", flat([240, 226, 200])),
    ]
}

/// A pot that steams.
pub(super) fn steam() -> Vec<Layer> {
    vec![
        all(down([40, 12, 16], [96, 34, 18], 0..180)),
        on("lt(hypot(X-40,Y-40),16)", flat([255, 170, 60])),
        on("lt(hypot(X-92,Y-24),10)", flat([255, 90, 80])),
        on("lt(hypot(X-140,Y-52),20)", flat([255, 206, 110])),
        on("lt(hypot(X-206,Y-30),13)", flat([120, 200, 255])),
        on("lt(hypot((X-160)/2.2,Y-140),42)", flat([38, 34, 38])),
        on(
            "lt(hypot((X-160)/2.1,(Y-118)*2.6),38)",
            flat([226, 150, 60]),
        ),
        on(
            "lt(abs(X-130-8*sin(Y/9)),5)*lt(Y,108)*gt(Y,20)+lt(abs(X-165-9*sin(Y/8+2)),6)*lt(Y,108)*gt(Y,10)+lt(abs(X-198-7*sin(Y/10+4)),5)*lt(Y,108)*gt(Y,26)",
            flat([236, 214, 200]),
        ),
    ]
}

/// Stalls from above.
pub(super) fn roofs() -> Vec<Layer> {
    vec![
        all(flat([22, 18, 34])),
        on("lt(mod(X+Y/3,46),36)*lt(mod(Y,38),28)", flat([150, 44, 50])),
        on(
            "lt(mod(X+Y/3,92),36)*lt(mod(Y+10,76),28)",
            flat([44, 92, 120]),
        ),
        on(
            "lt(hypot(mod(X,31)-15,mod(Y,27)-13),3)",
            flat([255, 206, 120]),
        ),
    ]
}

/// A crane over containers.
pub(super) fn crane() -> Vec<Layer> {
    vec![
        all(down([120, 170, 214], [238, 226, 196], 0..140)),
        on("gt(Y,138)", flat([110, 98, 78])),
        on(
            "between(Y,104,140)*lt(mod(X,52),46)*gt(X,8)",
            down([170, 76, 52], [122, 52, 40], 104..140),
        ),
        on(
            "lt(abs(X-190),4)*between(Y,22,140)+lt(abs(Y-30),3)*between(X,96,292)+lt(abs(X-190+(Y-12)*0),1)*between(Y,10,30)",
            flat([228, 178, 40]),
        ),
        on(
            "lt(abs(X-120),1)*between(Y,30,84)+between(X,110,130)*between(Y,84,98)",
            flat([40, 44, 52]),
        ),
    ]
}

/// A river through fields, from above.
pub(super) fn river() -> Vec<Layer> {
    vec![
        all(down([58, 96, 52], [96, 132, 62], 0..180)),
        on(
            "lt(mod(X*0.7+Y,34),17)",
            down([72, 112, 56], [122, 150, 70], 0..180),
        ),
        on("lt(abs(X-160-70*sin(Y/34)),34)", flat([206, 196, 150])),
        on(
            "lt(abs(X-160-70*sin(Y/34)),27)",
            down([40, 110, 140], [92, 170, 186], 0..180),
        ),
    ]
}

/// A lighthouse at dusk.
pub(super) fn lighthouse() -> Vec<Layer> {
    vec![
        all(down([40, 44, 80], [226, 150, 130], 0..140)),
        on("gt(Y,128)", down([70, 78, 112], [24, 28, 54], 128..180)),
        on(
            "lt(abs(Y-46),(250-X)/7)*lt(X,250)",
            down([250, 226, 170], [214, 170, 150], 20..80),
        ),
        on("lt(hypot((X-270)/1.8,Y-158),48)", flat([30, 28, 40])),
        on(
            "lt(abs(X-256),9+(Y-40)/16)*between(Y,40,128)",
            flat([236, 232, 226]),
        ),
        on(
            "lt(abs(X-256),9+(Y-40)/16)*(between(Y,62,78)+between(Y,96,112))",
            flat([200, 60, 56]),
        ),
        on("between(X,248,264)*between(Y,34,54)", flat([255, 240, 180])),
    ]
}

/// Two rows of singers.
pub(super) fn sound_check() -> Vec<Layer> {
    vec![
        all(down([62, 44, 40], [28, 20, 22], 0..180)),
        on(
            "lt(mod(X,64),6)*lt(Y,92)",
            down([200, 170, 110], [90, 60, 40], 0..92),
        ),
        on(
            "lt(hypot(mod(X+0,34)-17,(Y-84-30)/1.5),16)*gt(Y,84)",
            flat([70, 26, 52]),
        ),
        on("lt(hypot(mod(X+0,34)-17,Y-84),9)", flat([214, 170, 140])),
        on(
            "lt(hypot(mod(X+0,34)-17,Y-84+4),8)*lt(Y,84-3)",
            flat([52, 34, 28]),
        ),
        on(
            "lt(hypot(mod(X+17,34)-17,(Y-122-30)/1.5),16)*gt(Y,122)",
            flat([96, 34, 66]),
        ),
        on("lt(hypot(mod(X+17,34)-17,Y-122),9)", flat([214, 170, 140])),
        on(
            "lt(hypot(mod(X+17,34)-17,Y-122+4),8)*lt(Y,122-3)",
            flat([52, 34, 28]),
        ),
    ]
}

/// Three rows of singers.
pub(super) fn second_verse() -> Vec<Layer> {
    vec![
        all(down([40, 28, 54], [18, 12, 26], 0..180)),
        on(
            "lt(mod(X,64),6)*lt(Y,92)",
            down([200, 170, 110], [90, 60, 40], 0..92),
        ),
        on(
            "lt(hypot(mod(X+17,34)-17,(Y-72-30)/1.5),16)*gt(Y,72)",
            flat([150, 60, 40]),
        ),
        on("lt(hypot(mod(X+17,34)-17,Y-72),9)", flat([214, 170, 140])),
        on(
            "lt(hypot(mod(X+17,34)-17,Y-72+4),8)*lt(Y,72-3)",
            flat([52, 34, 28]),
        ),
        on(
            "lt(hypot(mod(X+0,34)-17,(Y-106-30)/1.5),16)*gt(Y,106)",
            flat([176, 80, 44]),
        ),
        on("lt(hypot(mod(X+0,34)-17,Y-106),9)", flat([214, 170, 140])),
        on(
            "lt(hypot(mod(X+0,34)-17,Y-106+4),8)*lt(Y,106-3)",
            flat([52, 34, 28]),
        ),
        on(
            "lt(hypot(mod(X+17,34)-17,(Y-140-30)/1.5),16)*gt(Y,140)",
            flat([200, 98, 50]),
        ),
        on("lt(hypot(mod(X+17,34)-17,Y-140),9)", flat([214, 170, 140])),
        on(
            "lt(hypot(mod(X+17,34)-17,Y-140+4),8)*lt(Y,140-3)",
            flat([52, 34, 28]),
        ),
    ]
}

/// Confetti over a crowd.
pub(super) fn crew() -> Vec<Layer> {
    vec![
        all(down([18, 20, 44], [60, 30, 84], 0..180)),
        on(
            "lt(hypot(mod(X*1+Y*0.4,61)-30,mod(Y*1-X*0.4,61)-30),4)",
            flat([255, 90, 120]),
        ),
        on(
            "lt(hypot(mod(X*0.8+Y*-0.5,53)-26,mod(Y*0.8-X*-0.5,53)-26),3)",
            flat([80, 220, 255]),
        ),
        on(
            "lt(hypot(mod(X*1.1+Y*0.2,71)-35,mod(Y*1.1-X*0.2,71)-35),5)",
            flat([255, 214, 90]),
        ),
        on(
            "lt(hypot(mod(X*0.9+Y*0.7,47)-23,mod(Y*0.9-X*0.7,47)-23),3)",
            flat([130, 255, 170]),
        ),
        on(
            "between(Y,128,180)*lt(hypot(mod(X,44)-22,(Y-160)/1.6),19)+lt(hypot(mod(X,44)-22,Y-130),11)",
            flat([12, 12, 24]),
        ),
    ]
}
